// SPDX-License-Identifier: Apache-2.0

//go:build mage

package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Fidelity compares the documents of the corpus with Wireshark's, fact by fact, and writes docs/fidelity.md and the agreement in
// docs/protocols.md. ESPBEAT_CORPUS names the corpus.
func Fidelity() error {
	corpus := cmp.Or(os.Getenv("ESPBEAT_CORPUS"), filepath.Join("..", "shared", "corpus"))
	if _, err := os.Stat(filepath.Join(corpus, "compare.py")); err != nil {
		fmt.Printf("skipped: no corpus at %s; set ESPBEAT_CORPUS to a folder with compare.py, facts.tsv, dev/index.csv and cache\n", corpus)
		return nil
	}
	if err := Build(); err != nil {
		return err
	}
	return errors.Join(run("go", "run", "./tools/fidelity", "-corpus", corpus), run("go", "run", "./tools/fields"))
}
