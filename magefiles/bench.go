// SPDX-License-Identifier: Apache-2.0

//go:build mage

package main

import (
	"os"
	"strings"
)

// Bench compares ./espbeat with tshark, a bulk loader and what else is there, and writes docs/benchmarks.md. BENCH_ARGS are further flags
// of tools/bench, such as "-only cpu -rounds 1".
func Bench() error {
	if err := Build(); err != nil {
		return err
	}
	args := []string{"run", "./tools/bench", "-espbeat", "./espbeat", "-o", "docs/benchmarks.md"}
	return run("go", append(args, strings.Fields(os.Getenv("BENCH_ARGS"))...)...)
}

// BenchGo runs every Go benchmark of the rooms that know no libbeat.
func BenchGo() error {
	packages, err := lightPackages()
	if err != nil {
		return err
	}
	return run("go", append([]string{"test", "-run=^$", "-bench=.", "-benchmem"}, packages...)...)
}
