// SPDX-License-Identifier: Apache-2.0

//go:build mage

// The targets of the build; each file here is one area.
package main

import (
	"os"
	"os/exec"
	"strings"
	"time"
)

const (
	module = "github.com/espbeat/espbeat"
	demo   = "tests/demo/demo.pcapng"
)

// Build makes ./espbeat, with version, commit and date in it.
func Build() error {
	return buildTo("espbeat", nil)
}

// Demo builds ./espbeat and prints the packets of the demo capture.
func Demo() error {
	if err := Build(); err != nil {
		return err
	}
	return run("./espbeat", "--file", demo)
}

// buildTo takes no flag that changes how packages are compiled, so that builds and tests share what took minutes to compile.
func buildTo(binary string, env []string) error {
	// The flags above say what -buildvcs would, and git refuses it in a checkout that belongs to somebody else.
	return runWith(env, "go", "build", "-buildvcs=false", "-ldflags", ldflags(), "-o", binary, ".")
}

// ldflags sets what the version command prints. Outside a git checkout the values stay those in the source.
func ldflags() string {
	flags := []string{"-s", "-w"}
	if commit := git("rev-parse", "HEAD"); commit != "" {
		set := func(name, value string) { flags = append(flags, "-X", module+"/cmd."+name+"="+value) }
		set("commit", commit)
		set("date", commitDate())
		if tag := git("describe", "--tags", "--exact-match", "--match", "v*"); tag != "" {
			set("version", strings.TrimPrefix(tag, "v"))
		}
	}
	return strings.Join(flags, " ")
}

// commitDate instead of the clock's makes builds of one commit equal.
func commitDate() string {
	t, err := time.Parse(time.RFC3339, git("show", "-s", "--format=%cI", "HEAD"))
	if err != nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func git(args ...string) string {
	cmd := exec.Command("git", args...)
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0")
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
