// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const project = "../.."

// TestBrokenFilesAreFound breaks a copy of deploy/ in one place, and wants the one check concerned to say so.
func TestBrokenFilesAreFound(t *testing.T) {
	const (
		sensor     = "deploy/docker/sensor.yml"
		stack      = "deploy/docker/compose.yml"
		dockerfile = "deploy/docker/Dockerfile"
		agentImage = "deploy/docker/Dockerfile.agent"
		daemonSet  = "deploy/kubernetes/daemonset.yaml"
		configMap  = "deploy/kubernetes/configmap.yaml"
		agent      = "deploy/kubernetes/agent/daemonset.yaml"
		helm       = "deploy/helm/espbeat/"
		unit       = "deploy/systemd/espbeat.service"
	)
	for name, c := range map[string]struct {
		file, old, new string
		want           string // in the error
	}{
		"unknown instruction":           {dockerfile, "WORKDIR /src", "WORKDIRS /src", "unknown instruction"},
		"relative working folder":       {dockerfile, "WORKDIR /src", "WORKDIR src\nMAINTAINER me", "MaintainerDeprecated"},
		"root in the image":             {dockerfile, "USER 1000:1000", "USER root", "USER \"root\""},
		"shell as entry point":          {dockerfile, `["/usr/share/espbeat/espbeat", "--path.config", "/etc/espbeat"]`, "/usr/bin/espbeat", "ENTRYPOINT"},
		"no health check":               {dockerfile, "HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \\\n    CMD", "SHELL", "HEALTHCHECK"},
		"agent's image":                 {agentImage, "USER elastic-agent", "USER", "USER requires"},
		"unknown key of Compose":        {sensor, "restart: unless-stopped", "restarts: unless-stopped", "restarts"},
		"Compose's capabilities":        {sensor, "cap_add: [NET_RAW]", "cap_add: [NET_RAW, NET_ADMIN]", "NET_RAW alone"},
		"Compose's network":             {sensor, "network_mode: host", "network_mode: bridge", "network_mode"},
		"Compose's grace":               {sensor, "stop_grace_period: 30s", "stop_grace_period: 10s", "stop_grace_period"},
		"volume that is not declared":   {stack, "elasticsearch:/usr/share", "nowhere:/usr/share", "nowhere"},
		"service that is not there":     {stack, "kibana-user: {condition", "kibana-users: {condition", "kibana-users"},
		"Compose's config":              {stack, "source: stack", "source: stuck", "stuck"},
		"unknown field of Kubernetes":   {daemonSet, "hostNetwork: true", "hostNetworks: true", "hostNetworks"},
		"type of a field":               {daemonSet, "terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: half a minute", "terminationGracePeriodSeconds"},
		"repeated field":                {daemonSet, "hostNetwork: true", "hostNetwork: true\n      hostNetwork: true", "already set"},
		"selector":                      {daemonSet, "      app.kubernetes.io/name: espbeat\n  updateStrategy", "      app.kubernetes.io/name: other\n  updateStrategy", "selector"},
		"names of services":             {daemonSet, "dnsPolicy: ClusterFirstWithHostNet", "dnsPolicy: ClusterFirst", "dnsPolicy"},
		"account that is not there":     {daemonSet, "serviceAccountName: espbeat", "serviceAccountName: other", `ServiceAccount "other"`},
		"mount without a volume":        {daemonSet, "            - name: config\n", "            - name: conf\n", `"conf"`},
		"ConfigMap that is not there":   {daemonSet, "configMap:\n            name: espbeat", "configMap:\n            name: other", `ConfigMap "other"`},
		"system calls unconfined":       {daemonSet, "type: RuntimeDefault", "type: Unconfined", "seccompProfile"},
		"processes of the node":         {daemonSet, "hostNetwork: true", "hostNetwork: true\n      hostPID: true", "hostPID"},
		"privileged":                    {daemonSet, "allowPrivilegeEscalation: false", "privileged: true", "privileged"},
		"another capability":            {daemonSet, "add: [NET_RAW]", "add: [NET_RAW, SYS_ADMIN]", "NET_RAW alone"},
		"new privileges":                {daemonSet, "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", "allowPrivilegeEscalation"},
		"writable root":                 {daemonSet, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "readOnlyRootFilesystem"},
		"nowhere to write":              {daemonSet, "mountPath: /tmp", "mountPath: /temp", "emptyDir"},
		"stop shorter than espbeat's":   {daemonSet, "terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: 10", "shutdown_timeout"},
		"longer shutdown":               {configMap, "espbeat.inputs:", "espbeat.shutdown_timeout: 40s\n    espbeat.inputs:", "shutdown_timeout"},
		"probe of another port":         {configMap, "port: 5066", "port: 5067", "liveness probe"},
		"manifest and chart":            {configMap, "not port 9200", "not port 443", "another espbeat.yml"},
		"manifest that is not listed":   {"deploy/kubernetes/kustomization.yaml", "  - namespace.yaml\n", "", "does not list namespace.yaml"},
		"manifest that is not there":    {"deploy/kubernetes/kustomization.yaml", "namespace.yaml", "namespaces.yaml", "namespaces.yaml"},
		"kind that no check knows":      {"deploy/kubernetes/namespace.yaml", "kind: Namespace", "kind: Namespaces", "no check knows"},
		"agent with the node's IPC":     {agent, "hostNetwork: true", "hostNetwork: true\n      hostIPC: true", "hostIPC"},
		"agent unconfined":              {agent, "type: RuntimeDefault", "type: Unconfined", "seccompProfile"},
		"chart without a version":       {helm + "Chart.yaml", "version: 0.1.0\n", "", "version"},
		"template":                      {helm + "templates/daemonset.yaml", "{{- include \"espbeat.selector\" . | nindent 6 }}", "{{- include \"espbeat.selectors\" . | nindent 6 }}", "espbeat.selectors"},
		"default that no schema knows":  {helm + "values.yaml", "dataPath:", "datapath:", "datapath"},
		"default of another type":       {helm + "values.yaml", "port: 5066", "port: http", "port"},
		"chart and manifest":            {helm + "templates/daemonset.yaml", "failureThreshold: 6", "failureThreshold: 3", "another DaemonSet"},
		"label of the chart":            {helm + "templates/_helpers.tpl", "app.kubernetes.io/name: {{ .Chart.Name }}", "name: {{ .Chart.Name }}", "another DaemonSet"},
		"unknown key of systemd":        {unit, "ProtectHome=yes", "ProtectHomes=yes", "ProtectHomes"},
		"unit that reaches everything":  {unit, "CapabilityBoundingSet=CAP_NET_RAW\n", "", "security"},
		"unit that starts another file": {unit, "/usr/bin/espbeat", "/usr/local/bin/espbeat", "ExecStart"},
		"syntax of a script":            {"deploy/packages/postremove.sh", "\nfi", "\nif", "sh -n"},
		"syntax of the command":         {"deploy/espbeat.sh", "esac", "esca", "sh -n"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.file == unit {
				needSystemd(t)
			}
			root := t.TempDir()
			if err := os.CopyFS(filepath.Join(root, "deploy"), os.DirFS(filepath.Join(project, "deploy"))); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(root, c.file)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(text), c.old) {
				t.Fatalf("%s has no %q to break", c.file, c.old)
			}
			if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), c.old, c.new)), 0o600); err != nil {
				t.Fatal(err)
			}
			err = checkAll(root, "")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%q for %q in %s: %v, want an error with %q", c.new, c.old, c.file, err, c.want)
			}
		})
	}
}

func TestTheProjectsFilesHold(t *testing.T) {
	needSystemd(t)
	binary := filepath.Join(t.TempDir(), "espbeat")
	for _, c := range []struct {
		script string
		wrong  []string // the files whose configuration is refused
	}{
		{script: "exit 0"},
		{"echo no such setting; exit 1", []string{"deploy/docker/compose.yml", "deploy/docker/sensor.yml", "deploy/kubernetes", "deploy/helm/espbeat with another output"}},
	} {
		if err := os.WriteFile(binary, []byte("#!/bin/sh\n"+c.script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		err := checkAll(project, binary)
		if len(c.wrong) == 0 && err != nil {
			t.Errorf("with a binary that takes every configuration: %v", err)
		}
		for _, file := range c.wrong {
			if err == nil || !strings.Contains(err.Error(), file+": espbeat.yml in it") || !strings.Contains(err.Error(), "no such setting") {
				t.Errorf("with a binary that refuses every configuration: %v, want %s among them", err, file)
			}
		}
	}
}

func needSystemd(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("systemd-analyze"); err != nil && os.Getenv("CI") == "" {
		t.Skip("systemd-analyze is missing: apt-get install systemd")
	}
}
