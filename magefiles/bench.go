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
	return tool("bench", "-o", "docs/benchmarks.md")
}

// BenchDisk measures bytes a packet on disk for every profile and index mode, and writes docs/sizing.md. BENCH_ARGS are further flags of
// tools/disksize, such as "-workload mixed -packets 200k", or "-fields -profile standard -store stored".
func BenchDisk() error {
	if err := Build(); err != nil {
		return err
	}
	return tool("disksize", "-o", "docs/sizing.md")
}

// BenchSort compares sort keys of the index: bytes, indexing, searches; it writes docs/sizing.md. BENCH_ARGS are further flags of tools/disksize.
func BenchSort() error {
	if err := Build(); err != nil {
		return err
	}
	return tool("disksize", "-sort", "-profile", "standard", "-store", "stored", "-o", "docs/sizing.md")
}

// BenchSearch measures what users search for on an index of 5 million packets, and writes docs/sizing.md. BENCH_ARGS are further flags of
// tools/searchbench, such as "-packets 200k".
func BenchSearch() error {
	if err := Build(); err != nil {
		return err
	}
	return tool("searchbench", "-o", "docs/sizing.md")
}

// diskBudget has the bytes a packet that DiskGate compares with.
const diskBudget = ".ci/disk-budget.json"

// DiskGate fails when a small workload takes more bytes on disk than it did.
func DiskGate() error {
	if err := Build(); err != nil {
		return err
	}
	return tool("disksize", "-gate", diskBudget)
}

// DiskRenew writes what DiskGate compares with.
func DiskRenew() error {
	if err := Build(); err != nil {
		return err
	}
	return tool("disksize", "-gate", diskBudget, "-renew")
}

// tool runs one of ours that measures ./espbeat, with the flags in BENCH_ARGS.
func tool(name string, args ...string) error {
	args = append([]string{"run", "./tools/" + name, "-espbeat", "./espbeat"}, args...)
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
