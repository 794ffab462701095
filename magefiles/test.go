// SPDX-License-Identifier: Apache-2.0

//go:build mage

package main

import (
	"os"
	"strings"
)

// Test runs all the tests, those with a real Elasticsearch included where Java 21 and Maven are; every skip is listed.
func Test() error {
	return gotest("-timeout", "30m", "-parallel", "4", "./...") // those of the whole wait, mostly
}

// E2e runs the tests of the whole only: the built Beat, Elasticsearch, live capture.
func E2e() error {
	return gotest("-count=1", "-timeout", "30m", "./tests/...")
}

// Race runs the tests of the rooms that know no libbeat, and of those where goroutines meet, under the race detector. It makes them ten times as slow, and what one goroutine does with
// many captures tells it nothing: -short takes a sample of these.
func Race() error {
	packages, err := lightPackages()
	if err != nil {
		return err
	}
	packages = append(packages, "./beater/...", "./publish/...")
	return gotest(append([]string{"-race", "-short", "-skip=Alloc"}, packages...)...) // the detector itself allocates
}

// gotest runs tests through tools/gotest. ESPBEAT_ALLOWED_SKIPS names a list of the skips that may be; without it all may.
func gotest(args ...string) error {
	tool := []string{"run", "./tools/gotest"}
	if list := os.Getenv("ESPBEAT_ALLOWED_SKIPS"); list != "" {
		tool = append(tool, "-allow", list)
	}
	return run("go", append(append(tool, "--"), args...)...)
}

// lightPackages are ours that link nothing of libbeat.
func lightPackages() ([]string, error) {
	out, err := output("go", "list", "-f", `{{.ImportPath}} {{join .Deps " "}} {{join .TestImports " "}} {{join .XTestImports " "}}`, "./...")
	if err != nil {
		return nil, err
	}
	var light []string
	for _, line := range lines(out) {
		path, _, _ := strings.Cut(line, " ")
		if !strings.Contains(line, "github.com/elastic/beats/") && !strings.HasPrefix(path, module+"/tests") {
			light = append(light, path)
		}
	}
	return light, nil
}
