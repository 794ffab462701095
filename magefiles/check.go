// SPDX-License-Identifier: Apache-2.0

//go:build mage

package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// staticcheck's version, run from the module proxy: as a tool of go.mod it would raise the versions that libbeat needs.
const staticcheck = "honnef.co/go/tools/cmd/staticcheck@v0.8.2"

// Check runs what needs no test run: Format, Vet, Lint, Imports, Drift.
func Check() error {
	return errors.Join(Format(), Vet(), Lint(), Imports(), Drift())
}

// Format fails when a Go file is not as gofmt writes it, or lacks the licence line.
func Format() error {
	out, err := output("git", "ls-files", "-co", "--exclude-standard", "*.go")
	if err != nil {
		return err
	}
	files := slices.DeleteFunc(lines(out), func(f string) bool { _, err := os.Stat(f); return err != nil })
	bad, err := output("gofmt", append([]string{"-l"}, files...)...)
	if err != nil {
		return err
	}
	var errs []error
	if bad != "" {
		errs = append(errs, fmt.Errorf("not formatted, run gofmt -w on: %s", strings.Join(lines(bad), " ")))
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		if !strings.HasPrefix(string(text), "// SPDX-License-Identifier: Apache-2.0\n") && !strings.HasPrefix(string(text), "// Code generated") {
			errs = append(errs, fmt.Errorf("%s: the first line must be // SPDX-License-Identifier: Apache-2.0", f))
		}
	}
	return errors.Join(errs...)
}

// Vet runs go vet, on the magefiles too.
func Vet() error {
	return errors.Join(run("go", "vet", "./..."), run("go", "vet", "-tags", "mage", "./magefiles"))
}

// Lint runs staticcheck.
func Lint() error {
	return run("go", "run", staticcheck, "./...")
}

// Imports fails when a room imports what docs/architecture.md does not let it.
func Imports() error {
	return run("go", "test", "./tests/imports")
}

// Cross compiles for the other systems, without cgo: all for Windows, and for macOS, to save minutes, what links no libbeat.
func Cross() error {
	light, err := lightPackages()
	if err != nil {
		return err
	}
	return errors.Join(
		runWith([]string{"GOOS=windows", "CGO_ENABLED=0"}, "go", "vet", "./..."),
		runWith([]string{"GOOS=darwin", "CGO_ENABLED=0"}, "go", append([]string{"vet"}, light...)...))
}

// Update writes everything that is generated anew: fields.yml, docs/fields.md, docs/protocols.md and the table of docs/from-espcap.md, then what has a go:generate line.
func Update() error {
	if err := run("go", "run", "./tools/fields"); err != nil {
		return err
	}
	return run("go", "generate", "./...")
}

// Drift runs Update and fails when that changed a file: what is generated must be committed as it is generated.
func Drift() error {
	before, err := hashes()
	if err != nil {
		return err
	}
	if err := Update(); err != nil {
		return err
	}
	after, err := hashes()
	if err != nil {
		return err
	}
	var changed []string
	for f, h := range after {
		if before[f] != h {
			changed = append(changed, f)
		}
	}
	if len(changed) > 0 {
		slices.Sort(changed)
		return fmt.Errorf("generated files were out of date: commit what has just been written to %s", strings.Join(changed, " "))
	}
	return nil
}

// hashes of all files but the ignored ones.
func hashes() (map[string][32]byte, error) {
	out, err := output("git", "ls-files", "-co", "--exclude-standard")
	if err != nil {
		return nil, err
	}
	h := map[string][32]byte{}
	for _, f := range lines(out) {
		if text, err := os.ReadFile(f); err == nil { // one that is deleted but still in the index has no hash
			h[f] = sha256.Sum256(text)
		}
	}
	return h, nil
}
