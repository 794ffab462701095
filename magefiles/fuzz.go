// SPDX-License-Identifier: Apache-2.0

//go:build mage

package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"regexp"
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
		if err := run("go", "test", "-run=^$", "-fuzz=^"+t.name+"$", "-fuzztime="+each.String(), "./"+t.folder); err != nil {
			errs = append(errs, fmt.Errorf("%s in %s: %w; the input that failed lies in its testdata/fuzz", t.name, t.folder, err))
		}
	}
	return errors.Join(errs...)
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
