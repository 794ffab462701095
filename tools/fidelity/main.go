// SPDX-License-Identifier: Apache-2.0

// Command fidelity compares the documents that espbeat makes of a corpus of captures with the oracle's answers, turns what was counted into the table of
// docs/fidelity.md and the sums that docs/protocols.md is made of, and fails when a goal is missed.
//
//	fidelity -corpus DIR -espbeat ./espbeat -map tests/oracle/map.toml -build build/fidelity -o docs/fidelity.md -sums tests/oracle/agreement.json
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The table stands between these lines; the rest of the page is written by hand.
const (
	begin = "<!-- begin: written by go tool mage fidelity -->"
	end   = "<!-- end -->"
)

// options are the flags.
type options struct{ corpus, espbeat, facts, build, page, sums string }

func main() {
	var o options
	flag.StringVar(&o.corpus, "corpus", "", "`folder` with compare.py, facts.tsv, dev/index.csv and cache/")
	flag.StringVar(&o.espbeat, "espbeat", "./espbeat", "`program` that is measured")
	flag.StringVar(&o.facts, "map", "tests/oracle/map.toml", "`file` that says where documents have the facts")
	flag.StringVar(&o.build, "build", "build/fidelity", "`folder` for documents and counts")
	flag.StringVar(&o.page, "o", "docs/fidelity.md", "`page` whose table is rewritten")
	flag.StringVar(&o.sums, "sums", "tests/oracle/agreement.json", "`file` with the sums by protocol")
	flag.Parse()
	if err := measure(o); err != nil {
		fmt.Fprintln(os.Stderr, "fidelity:", err)
		os.Exit(1)
	}
}

func measure(o options) error {
	all, err := index(filepath.Join(o.corpus, "dev", "index.csv"))
	if err != nil {
		return err
	}
	if err := dissect(o.espbeat, o.build, all); err != nil {
		return err
	}
	results := filepath.Join(o.build, "compare.json")
	if err := compare(o, results); err != nil {
		return err
	}
	named, err := countNames(all, o.build, filepath.Join(o.corpus, "cache"))
	if err != nil {
		return err
	}
	return update(o, results, named)
}

// compare runs the oracle's comparison, which exits with 1 when there are differences.
func compare(o options, results string) error {
	if err := os.Remove(results); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	cmd := exec.Command("python3", filepath.Join(o.corpus, "compare.py"), "--map", o.facts, "--index", filepath.Join(o.corpus, "dev", "index.csv"),
		"--events-dir", o.build, "--json", results)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 1 {
		return nil
	}
	return err
}

func update(o options, results string, named *names) error {
	r, err := os.ReadFile(results)
	if err != nil {
		return err
	}
	f, err := os.ReadFile(filepath.Join(o.corpus, "facts.tsv"))
	if err != nil {
		return err
	}
	s, err := score(r, string(f))
	if err != nil {
		return fmt.Errorf("%s: %w", results, err)
	}
	old, err := os.ReadFile(o.page)
	if errors.Is(err, os.ErrNotExist) {
		old = []byte("# Fidelity\n\n" + begin + "\n" + end + "\n")
	} else if err != nil {
		return err
	}
	text, err := replace(string(old), named.markdown()+s.markdown())
	if err != nil {
		return fmt.Errorf("%s: %w", o.page, err)
	}
	if err := os.WriteFile(o.page, []byte(text), 0o644); err != nil {
		return err
	}
	agreement, err := s.sums()
	if err != nil {
		return err
	}
	if err := os.WriteFile(o.sums, agreement, 0o644); err != nil {
		return err
	}
	return errors.Join(s.goals(), named.goal())
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
