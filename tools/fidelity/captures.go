// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
)

// capture is one line of the corpus' index.
type capture struct{ path, sum string }

// index reads index.csv, whose columns file and sha256 name the captures beside it.
func index(path string) ([]capture, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s is empty", path)
	}
	file, sum := slices.Index(rows[0], "file"), slices.Index(rows[0], "sha256")
	if file < 0 || sum < 0 {
		return nil, fmt.Errorf("%s has no columns file and sha256", path)
	}
	var all []capture
	for _, r := range rows[1:] {
		all = append(all, capture{filepath.Join(filepath.Dir(path), r[file]), r[sum]})
	}
	return all, nil
}

func documentsOf(dir string, c capture) string { return filepath.Join(dir, c.sum+".ndjson") }

// dissect writes the documents that espbeat makes of each capture, in Wireshark's ways, to files in dir. That some captures are broken, which espbeat
// says with exit status 1, is no error.
func dissect(espbeat, dir string, all []capture) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	work := make(chan capture)
	errs := make([]error, runtime.GOMAXPROCS(0))
	var done sync.WaitGroup
	for i := range errs {
		done.Go(func() {
			for c := range work {
				errs[i] = errors.Join(errs[i], documents(espbeat, documentsOf(dir, c), c))
			}
		})
	}
	for _, c := range all {
		work <- c
	}
	close(work)
	done.Wait()
	return errors.Join(errs...)
}

func documents(espbeat, to string, c capture) error {
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	cmd := exec.Command(espbeat, "--file", c.path, "--format", "ecs", "-E", "espbeat.dissect.compat=wireshark")
	cmd.Stdout = f
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 1 {
		err = nil
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("%s: %w", c.path, err)
	}
	return nil
}
