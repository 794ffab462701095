// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// exposure is the most that "systemd-analyze security" may say of the unit, in tenths: a process that is on the network and may capture is not far from it.
const exposure = "20"

// systemdUnit has systemd itself look at the unit: whether it can be loaded, and how much of the system it can reach.
func systemdUnit(root string) ([]config, error) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		if os.Getenv("CI") != "" {
			return nil, fmt.Errorf("check the unit of systemd: %w: install systemd", err)
		}
		fmt.Fprintln(os.Stderr, "deploycheck: the unit of systemd is not checked: systemd-analyze is missing, install systemd")
		return nil, nil
	}
	const unit = "deploy/systemd/espbeat.service"
	text, err := os.ReadFile(filepath.Join(root, unit))
	if err != nil {
		return nil, err
	}
	// A unit is verified with what it starts, which a checkout has not installed.
	stage, err := os.MkdirTemp("", "deploycheck-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(stage)
	path := filepath.Join(stage, "espbeat.service")
	here := strings.ReplaceAll(string(text), "ExecStart=/usr/bin/espbeat ", "ExecStart=/bin/true ")
	if here == string(text) {
		return nil, fmt.Errorf("%s: ExecStart= is not /usr/bin/espbeat, which is what packages install", unit)
	}
	if err := os.WriteFile(path, []byte(here), 0o600); err != nil {
		return nil, err
	}
	return nil, errors.Join(
		silent(unit, analyze, "verify", "--man=no", path),
		succeeds(unit, analyze, "security", "--offline=true", "--no-pager", "--threshold="+exposure, path))
}

// scripts has the shell read them.
func scripts(root string) ([]config, error) {
	files, err := filepath.Glob(filepath.Join(root, "deploy", "packages", "*.sh"))
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, f := range append(files, filepath.Join(root, "deploy", "layout.sh"), filepath.Join(root, "deploy", "espbeat.sh")) {
		errs = append(errs, succeeds("deploy/"+filepath.Base(f), "sh", "-n", f))
	}
	return nil, errors.Join(errs...)
}

// succeeds runs a command and makes what it prints its error.
func succeeds(file, name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %s %s: %w: %s", file, filepath.Base(name), args[0], err, strings.TrimSpace(string(out)))
	}
	return nil
}

// silent is succeeds for a command whose warnings do not change its status.
func silent(file, name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil || len(out) > 0 {
		return fmt.Errorf("%s: %s %s: %s", file, filepath.Base(name), args[0], strings.TrimSpace(string(out)))
	}
	return nil
}
