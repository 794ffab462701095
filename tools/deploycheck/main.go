// SPDX-License-Identifier: Apache-2.0

// Command deploycheck looks at deploy/ with the public linters and schemas of each kind of file in it: Kubernetes' own types and its
// pod security standards, Helm's lint and templates, the Compose specification, BuildKit's Dockerfile linter, systemd-analyze.
// It is a module of its own, so that none of that gets into the Beat's go.mod.
//
//	deploycheck [-espbeat BINARY] FOLDER
//
// FOLDER is the project's. With a BINARY, every configuration in deploy/ goes through its "test config".
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	binary := flag.String("espbeat", "", "`binary` that tests the configurations in deploy/")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: deploycheck [-espbeat BINARY] FOLDER")
		os.Exit(2)
	}
	if err := checkAll(flag.Arg(0), *binary); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// checkAll runs every check on the project in root. A check that has no tool here says so and finds nothing.
func checkAll(root, binary string) error {
	var errs []error
	for _, check := range []func(root string) ([]config, error){dockerfiles, composeFiles, kubernetes, chart, systemdUnit, scripts} {
		configs, err := check(root)
		errs = append(errs, err)
		if binary != "" {
			for _, c := range configs {
				if !strings.Contains(c.text, "certificate_authorities") { // a file that only a pod has
					errs = append(errs, c.test(binary))
				}
			}
		}
	}
	return errors.Join(errs...)
}
