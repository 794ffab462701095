// SPDX-License-Identifier: Apache-2.0

// Command gotest runs "go test -json" with its arguments and prints a line a package, the output of what failed, and at
// the end every skipped test with its reason, so that nothing is skipped unseen.
//
//	gotest [-allow FILE] -- [go test arguments]
//
// With -allow, a skip that no line of FILE matches is a failure. A line is a regular expression over
// "package.Test: reason"; empty lines and those that start with # say nothing.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
)

func main() {
	allow := flag.String("allow", "", "`file` of regular expressions: fail on any skip that none of them matches")
	flag.Parse()
	if err := runTests(*allow, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
		os.Exit(1)
	}
}

func runTests(allowFile string, args []string) error {
	var allowed *allowList
	if allowFile != "" {
		text, err := os.ReadFile(allowFile)
		if err != nil {
			return fmt.Errorf("reading the list of allowed skips: %w", err)
		}
		if allowed, err = parseAllowList(string(text)); err != nil {
			return fmt.Errorf("%s: %w", allowFile, err)
		}
	}
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	s := newSummary(os.Stdout)
	readErr := s.read(out)
	if err := cmd.Wait(); err != nil {
		s.printSkips(allowed)
		return fmt.Errorf("go test: %w", err)
	}
	if readErr != nil {
		return readErr
	}
	if unexpected := s.printSkips(allowed); unexpected > 0 {
		return fmt.Errorf("%d skipped tests that %s does not allow: provide what they lack, or add a line there", unexpected, allowFile)
	}
	return nil
}
