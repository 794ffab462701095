// SPDX-License-Identifier: Apache-2.0

//go:build mage

package main

// Bench runs every Go benchmark of the rooms that know no libbeat.
func Bench() error {
	packages, err := lightPackages()
	if err != nil {
		return err
	}
	return run("go", append([]string{"test", "-run=^$", "-bench=.", "-benchmem"}, packages...)...)
}
