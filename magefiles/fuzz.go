// SPDX-License-Identifier: Apache-2.0

//go:build mage

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"regexp"
	"runtime"
	"sync"
	"time"
)

var fuzzFunc = regexp.MustCompile(`(?m)^func (Fuzz\w*)\(\w+ \*testing\.F\)`)

// fuzzTarget is one FuzzXxx.
type fuzzTarget struct{ folder, name string }

// Fuzz runs every fuzz target for the given time, for example: mage fuzz 5m.
func Fuzz(each time.Duration) error {
	targets, err := fuzzTargets()
	if err != nil {
		return err
	}
	return fuzz(targets, each)
}

// FuzzShort shares the given time among all fuzz targets, at least a second for each.
func FuzzShort(total time.Duration) error {
	targets, err := fuzzTargets()
	if err != nil {
		return err
	}
	return fuzz(targets, max(time.Second, total/time.Duration(max(1, len(targets)))))
}

// fuzz runs as many targets at a time as there are processors, each with one worker: what takes long is to link them.
func fuzz(targets []fuzzTarget, each time.Duration) error {
	if len(targets) == 0 {
		return errors.New("no fuzz target found")
	}
	errs := make([]error, len(targets))
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	var done sync.WaitGroup
	for i, t := range targets {
		free <- struct{}{}
		done.Go(func() {
			defer func() { <-free }()
			if err := fuzzOne(t, each); err != nil {
				errs[i] = fmt.Errorf("%s in %s: %w; the input that failed lies in its testdata/fuzz", t.name, t.folder, err)
			}
		})
	}
	done.Wait()
	return errors.Join(errs...)
}

// fuzzOne runs one target. When its time is up in the middle of an input, go test reports "context deadline exceeded" and fails although
// nothing was found: that alone is no failure. A finding always says where its input was written.
func fuzzOne(t fuzzTarget, each time.Duration) error {
	text, err := exec.Command("go", "test", "-run=^$", "-fuzz=^"+t.name+"$", "-fuzztime="+each.String(), "-parallel=1", "./"+t.folder).CombinedOutput()
	os.Stdout.Write(text)
	if err != nil && bytes.Contains(text, []byte("context deadline exceeded")) && !bytes.Contains(text, []byte("Failing input written")) {
		return nil
	}
	return err
}

// fuzzTargets reads the sources: go test -list would compile every test first.
func fuzzTargets() ([]fuzzTarget, error) {
	out, err := output("git", "ls-files", "-co", "--exclude-standard", "*_test.go")
	if err != nil {
		return nil, err
	}
	var targets []fuzzTarget
	for _, file := range lines(out) {
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, m := range fuzzFunc.FindAllStringSubmatch(string(text), -1) {
			targets = append(targets, fuzzTarget{path.Dir(file), m[1]})
		}
	}
	return targets, nil
}
