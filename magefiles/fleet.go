// SPDX-License-Identifier: Apache-2.0

//go:build mage

package main

import (
	"errors"
	"path/filepath"
)

// Package builds the Fleet package, build/espbeat-VERSION.zip, and validates its sources and what was built by Elastic's rules.
func Package() error {
	zip, err := output("go", "run", "./tools/fleet", "-zip", "build")
	if err != nil {
		return err
	}
	// The validator is a module of its own, which the other targets do not see.
	const module = "tools/pkgcheck"
	up := filepath.Join("..", "..")
	return errors.Join(
		run("go", "-C", module, "vet", "./..."),
		run("go", "-C", module, "run", staticcheck, "./..."),
		run("go", "-C", module, "test", "./..."),
		run("go", "-C", module, "run", ".", "-source", filepath.Join(up, "packages", "espbeat"), "-built", filepath.Join(up, zip)))
}
