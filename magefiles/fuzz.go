// SPDX-License-Identifier: Apache-2.0

//go:build mage

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"regexp"
	"strings"
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

// FuzzShort shares the given time among all fuzz targets, at least 2 s for each.
func FuzzShort(total time.Duration) error {
	targets, err := fuzzTargets()
	if err != nil {
		return err
	}
	return fuzz(targets, max(2*time.Second, total/time.Duration(max(1, len(targets)))))
}

func fuzz(targets []fuzzTarget, each time.Duration) error {
	if len(targets) == 0 {
		return errors.New("no fuzz target found")
	}
	var errs []error
	for _, t := range targets {
		if err := fuzzOne(t, each); err != nil {
			errs = append(errs, fmt.Errorf("%s in %s: %w; the input that failed lies in its testdata/fuzz", t.name, t.folder, err))
		}
	}
	return errors.Join(errs...)
}

// fuzzOne runs one target. When its time is up in the middle of an input, go test reports "context deadline exceeded" and fails although
// nothing was found: that alone is no failure. A finding always says where its input was written.
func fuzzOne(t fuzzTarget, each time.Duration) error {
	var out bytes.Buffer
	cmd := exec.Command("go", "test", "-run=^$", "-fuzz=^"+t.name+"$", "-fuzztime="+each.String(), "./"+t.folder)
	cmd.Stdout = io.MultiWriter(os.Stdout, &out)
	cmd.Stderr = os.Stderr
	err := cmd.Run()
	text := out.String()
	if err != nil && strings.Contains(text, "context deadline exceeded") && !strings.Contains(text, "Failing input written") {
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
