// SPDX-License-Identifier: Apache-2.0

//go:build mage

package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Fidelity compares the documents of the corpus with Wireshark's, fact by fact, and writes docs/fidelity.md and the agreement in
// docs/protocols.md. ESPBEAT_CORPUS names the corpus.
func Fidelity() error {
	corpus := cmp.Or(os.Getenv("ESPBEAT_CORPUS"), filepath.Join("..", "shared", "corpus"))
	compare := filepath.Join(corpus, "compare.py")
	if _, err := os.Stat(compare); err != nil {
		fmt.Printf("skipped: no corpus at %s; set ESPBEAT_CORPUS to a folder with compare.py, facts.tsv and dev/index.csv\n", corpus)
		return nil
	}
	if err := Build(); err != nil {
		return err
	}
	if err := os.MkdirAll("build", 0o755); err != nil {
		return err
	}
	const results = "build/fidelity.json"
	os.Remove(results)
	err := runWith([]string{"PYTHONDONTWRITEBYTECODE=1"}, "python3", compare,
		"--map", "tests/oracle/map.toml", "--index", filepath.Join(corpus, "dev", "index.csv"),
		"--run", "./espbeat --file {pcap} --format ecs -E espbeat.dissect.compat=wireshark", "--json", results)
	if exit := (*exec.ExitError)(nil); err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) { // 1: there are differences
		return err
	}
	return errors.Join(run("go", "run", "./tools/fidelity", "-json", results, "-facts", filepath.Join(corpus, "facts.tsv"), "-o", "docs/fidelity.md"),
		run("go", "run", "./tools/fields"))
}
