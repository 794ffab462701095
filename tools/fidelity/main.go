// SPDX-License-Identifier: Apache-2.0

// Command fidelity turns what the oracle's comparison counted into the table of docs/fidelity.md and the sums that docs/protocols.md is made of, and fails when a
// goal is missed.
//
//	fidelity -json compare.json -facts facts.tsv -o docs/fidelity.md -sums tests/oracle/agreement.json
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
)

// The table stands between these lines; the rest of the page is written by hand.
const (
	begin = "<!-- begin: written by go tool mage fidelity -->"
	end   = "<!-- end -->"
)

func main() {
	results := flag.String("json", "", "`file` with the comparison's results")
	facts := flag.String("facts", "", "`file` with the facts and their groups")
	page := flag.String("o", "docs/fidelity.md", "`page` whose table is rewritten")
	sums := flag.String("sums", "tests/oracle/agreement.json", "`file` with the sums by protocol")
	flag.Parse()
	if err := update(*results, *facts, *page, *sums); err != nil {
		fmt.Fprintln(os.Stderr, "fidelity:", err)
		os.Exit(1)
	}
}

func update(results, facts, page, sums string) error {
	r, err := os.ReadFile(results)
	if err != nil {
		return err
	}
	f, err := os.ReadFile(facts)
	if err != nil {
		return err
	}
	s, err := score(r, string(f))
	if err != nil {
		return fmt.Errorf("%s: %w", results, err)
	}
	old, err := os.ReadFile(page)
	if errors.Is(err, os.ErrNotExist) {
		old = []byte("# Fidelity\n\n" + begin + "\n" + end + "\n")
	} else if err != nil {
		return err
	}
	text, err := replace(string(old), s.markdown())
	if err != nil {
		return fmt.Errorf("%s: %w", page, err)
	}
	if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
		return err
	}
	agreement, err := s.sums()
	if err != nil {
		return err
	}
	if err := os.WriteFile(sums, agreement, 0o644); err != nil {
		return err
	}
	return s.goals()
}

// replace puts the table between the two marks.
func replace(page, table string) (string, error) {
	before, rest, ok := strings.Cut(page, begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return "", fmt.Errorf("has no place for the table: put the lines %s and %s there", begin, end)
	}
	return before + begin + "\n" + table + end + after, nil
}
