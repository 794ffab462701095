// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// composeFiles loads the files as Compose does: schema, interpolation, extends, references between services, volumes and configs.
func composeFiles(root string) ([]config, error) {
	var configs []config
	var errs []error
	for _, name := range []string{"compose.yml", "sensor.yml"} {
		path := filepath.Join(root, "deploy", "docker", name)
		project, err := loader.LoadWithContext(context.Background(), types.ConfigDetails{
			WorkingDir:  filepath.Dir(path),
			ConfigFiles: []types.ConfigFile{{Filename: path}},
			Environment: types.Mapping{"ELASTIC_PASSWORD": "secret"},
		}, func(o *loader.Options) { o.SetProjectName("espbeat", false) })
		var c config
		if err == nil {
			c, err = sensor("deploy/docker/"+name, project)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("deploy/docker/%s: %w", name, err))
			continue
		}
		configs = append(configs, c)
	}
	return configs, errors.Join(errs...)
}

// sensor looks at the service that captures, and finds its configuration.
func sensor(file string, project *types.Project) (config, error) {
	service, err := project.GetService("espbeat")
	if err != nil {
		return config{}, err
	}
	c := config{file: file}
	for key, value := range service.Environment {
		if value != nil {
			c.env = append(c.env, key+"="+*value)
		}
	}
	for _, mount := range service.Configs {
		if mount.Target == "/etc/espbeat/espbeat.yml" {
			c.text = project.Configs[mount.Source].Content
		}
	}
	if c.text == "" {
		return c, errors.New("service espbeat has no config for /etc/espbeat/espbeat.yml")
	}
	s, err := c.read()
	if err != nil {
		return c, err
	}
	var errs []error
	if service.NetworkMode != "host" {
		errs = append(errs, errors.New("service espbeat: without network_mode host it sees its own container's traffic alone"))
	}
	if !slices.Equal(service.CapDrop, []string{"ALL"}) || !slices.Equal(service.CapAdd, []string{"NET_RAW"}) || service.Privileged {
		errs = append(errs, fmt.Errorf("service espbeat: cap_drop %s, cap_add %s: live capture needs NET_RAW alone", strings.Join(service.CapDrop, ","), strings.Join(service.CapAdd, ",")))
	}
	if service.StopGracePeriod == nil || time.Duration(*service.StopGracePeriod) <= s.shutdown {
		errs = append(errs, fmt.Errorf("service espbeat: stop_grace_period has to be longer than espbeat.shutdown_timeout, %s", s.shutdown))
	}
	return c, errors.Join(errs...)
}
