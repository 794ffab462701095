// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"sigs.k8s.io/yaml"
)

// config is an espbeat.yml that stands inside another file.
type config struct {
	file string   // where it stands
	text string   // what espbeat reads
	env  []string // KEY=VALUE, what it refers to
}

// test has the binary read the configuration.
func (c config) test(binary string) error {
	dir, err := os.MkdirTemp("", "deploycheck-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "espbeat.yml")
	if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
		return err
	}
	cmd := exec.Command(binary, "test", "config", "-c", path, "--path.home", dir)
	cmd.Env = append(os.Environ(), c.env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: espbeat.yml in it: %s test config: %w: %s", c.file, binary, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// settings are what other files have to agree with.
type settings struct {
	port     int
	shutdown time.Duration
}

// read finds the port of the HTTP endpoint and the shutdown timeout, with their defaults (libbeat's and espbeat's).
func (c config) read() (settings, error) {
	var doc struct {
		HTTP struct {
			Port int `json:"port"`
		} `json:"http"`
		Espbeat struct {
			ShutdownTimeout string `json:"shutdown_timeout"`
		} `json:"espbeat"`
		Dotted string `json:"espbeat.shutdown_timeout"`
	}
	if err := yaml.Unmarshal([]byte(c.text), &doc); err != nil {
		return settings{}, fmt.Errorf("%s: espbeat.yml in it: %w", c.file, err)
	}
	s := settings{port: doc.HTTP.Port, shutdown: 10 * time.Second}
	if s.port == 0 {
		s.port = 5066
	}
	for _, text := range []string{doc.Espbeat.ShutdownTimeout, doc.Dotted} {
		if text == "" {
			continue
		}
		d, err := time.ParseDuration(text)
		if err != nil {
			return settings{}, fmt.Errorf("%s: espbeat.shutdown_timeout: %w", c.file, err)
		}
		s.shutdown = d
	}
	return s, nil
}
