// SPDX-License-Identifier: Apache-2.0

//go:build mage

package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// run starts a command with this process's output.
func run(name string, args ...string) error {
	return runWith(nil, name, args...)
}

// runWith is run with further environment variables, each KEY=VALUE.
func runWith(env []string, name string, args ...string) error {
	fmt.Fprintln(os.Stderr, "+", strings.Join(append(append([]string{}, env...), append([]string{name}, args...)...), " "))
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// output returns what a command prints, without the last newline.
func output(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}

// lines splits a command's output, empty lines left out.
func lines(out string) []string {
	var l []string
	for s := range strings.Lines(out) {
		if s = strings.TrimSuffix(s, "\n"); s != "" {
			l = append(l, s)
		}
	}
	return l
}
