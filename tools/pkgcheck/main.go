// SPDX-License-Identifier: Apache-2.0

// Command pkgcheck validates the Fleet package by the rules of Elastic's package specification, without a network and without a stack:
//
//	pkgcheck -source packages/espbeat             the source tree, as elastic-package lint does
//	pkgcheck -built build/espbeat-0.1.0.zip       the built package, as elastic-package build does
//
// It is a module of its own, so that what the validator needs gets into no build of espbeat.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/elastic/package-spec/v3/code/go/pkg/specerrors"
	"github.com/elastic/package-spec/v3/code/go/pkg/validator"
)

func main() {
	source := flag.String("source", "", "`folder` with the package's sources")
	built := flag.String("built", "", "`zip` with the built package")
	flag.Parse()
	if *source == "" && *built == "" {
		fmt.Fprintln(os.Stderr, "pkgcheck: nothing to check: name a package with -source or -built")
		os.Exit(2)
	}
	if err := errors.Join(check(validator.SourceMode, *source), check(validator.BuildMode, *built)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// check validates the package at path, or nothing where path is empty: by the rules that hold for all packages, with warnings as errors, and by those
// of its mode, which always come with a warning that the mode is new.
func check(mode validator.Mode, path string) error {
	if path == "" {
		return nil
	}
	if err := validate(validator.LegacyMode, true, path); err != nil {
		return err
	}
	if err := validate(mode, false, path); err != nil {
		return err
	}
	fmt.Println(path, "is valid")
	return nil
}

// validate has one error for each rule that is broken.
func validate(mode validator.Mode, strict bool, path string) error {
	v, err := validator.New(mode, validator.WithWarningsAsErrors(strict))
	if err != nil {
		return err
	}
	run := v.ValidateFromPath
	if filepath.Ext(path) == ".zip" {
		run = v.ValidateFromZip
	}
	err = run(path)
	var broken specerrors.ValidationErrors
	if err == nil || !errors.As(err, &broken) {
		return err
	}
	var all []error
	for _, b := range broken {
		all = append(all, b)
	}
	return errors.Join(all...)
}
