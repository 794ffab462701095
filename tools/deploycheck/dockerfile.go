// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// dockerfiles parses the Dockerfiles as BuildKit does, with the rules of its linter that need no base image.
func dockerfiles(root string) ([]config, error) {
	var errs []error
	for _, name := range []string{"Dockerfile", "Dockerfile.agent"} {
		stages, err := lintDockerfile(filepath.Join(root, "deploy", "docker", name))
		if err == nil && name == "Dockerfile" {
			err = runsAsUser(stages[len(stages)-1])
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("deploy/docker/%s: %w", name, err))
		}
	}
	return nil, errors.Join(errs...)
}

func lintDockerfile(path string) ([]instructions.Stage, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	file, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	var found []error
	for _, w := range file.Warnings {
		found = append(found, errors.New(w.Short))
	}
	lint := linter.New(&linter.Config{Warn: func(rule, _, _, message string, at []parser.Range) {
		line := 0
		if len(at) > 0 {
			line = at[0].Start.Line
		}
		found = append(found, fmt.Errorf("line %d: %s: %s", line, rule, message))
	}})
	stages, _, err := instructions.Parse(file.AST, lint)
	return stages, errors.Join(append(found, err)...)
}

// runsAsUser wants of the stage that becomes the image what the Kubernetes manifests build on: a user by number, an entry point that
// is no shell, and a health check.
func runsAsUser(image instructions.Stage) error {
	var user string
	var exec, health bool
	for _, c := range image.Commands {
		switch c := c.(type) {
		case *instructions.UserCommand:
			user = c.User
		case *instructions.EntrypointCommand:
			exec = !c.PrependShell && len(c.CmdLine) > 0
		case *instructions.HealthCheckCommand:
			health = c.Health != nil && len(c.Health.Test) > 1
		}
	}
	var errs []error
	if user != "1000:1000" {
		errs = append(errs, fmt.Errorf("USER %q: use 1000:1000, which the Kubernetes manifests name", user))
	}
	if !exec {
		errs = append(errs, errors.New("ENTRYPOINT: a shell would stand between the container's stop and espbeat, use the JSON form"))
	}
	if !health {
		errs = append(errs, errors.New("HEALTHCHECK is missing"))
	}
	return errors.Join(errs...)
}
