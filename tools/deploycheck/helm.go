// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/lint"
	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/yaml"
)

const chartFolder = "deploy/helm/espbeat"

// values are what the chart is rendered with, besides its defaults: every branch of the templates.
var values = map[string]string{
	"the defaults": "",
	"an authority of one's own": `
elasticsearch:
  certificateAuthority: {secret: ca, key: ca.pem}`,
	"another Elasticsearch": `
elasticsearch:
  hosts: [https://a:9200, https://b:9200]
  apiKey: {secret: key-of-es, key: encoded}
interfaces: [eth0, "veth*"]
filter: ""
config:
  espbeat.shutdown_timeout: 20s
http: {port: 6066}
image: {repository: registry.example.org/espbeat, tag: "", pullPolicy: Always, pullSecrets: [{name: pull}]}
nodeSelector: {kubernetes.io/os: linux}
affinity: {nodeAffinity: {}}
priorityClassName: high
podAnnotations: {example.org/a: b}
podLabels: {example.org/c: d}
tolerations: []`,
	"another output": `
elasticsearch: {hosts: [], apiKey: {secret: ""}}
config:
  output.kafka: {hosts: ["kafka:9092"], topic: packets}`,
}

// chart lints the chart as "helm lint --strict" does, renders it, checks what comes out as the manifests are checked, and compares what
// the defaults make with the manifests: there is one sensor, in two notations.
func chart(root string) ([]config, error) {
	dir := filepath.Join(root, chartFolder)
	var errs []error
	for _, m := range lint.All(dir, map[string]any{}, "espbeat", true).Messages {
		if m.Severity > 1 { // above INFO
			errs = append(errs, fmt.Errorf("%s: helm lint: %w", chartFolder, m))
		}
	}
	var configs []config
	for _, name := range sortedKeys(values) {
		where := fmt.Sprintf("%s with %s", chartFolder, name)
		o, err := render(dir, where, values[name])
		if err != nil {
			errs = append(errs, err)
			continue
		}
		found, err := o.check(where)
		configs = append(configs, found...)
		errs = append(errs, err)
		if name == "the defaults" {
			manifests, err := kustomization(root, filepath.Join("deploy", "kubernetes"))
			errs = append(errs, err, same(o, manifests))
		}
	}
	return configs, errors.Join(errs...)
}

// render is "helm template" of the release espbeat in the namespace espbeat.
func render(dir, where, text string) (objects, error) {
	var o objects
	c, err := loader.Load(dir)
	if err != nil {
		return o, fmt.Errorf("%s: %w", where, err)
	}
	given, err := chartutil.ReadValues([]byte(text))
	if err != nil {
		return o, fmt.Errorf("%s: %w", where, err)
	}
	all, err := chartutil.ToRenderValues(c, given, chartutil.ReleaseOptions{Name: "espbeat", Namespace: "espbeat", Revision: 1, IsInstall: true}, nil)
	if err != nil {
		return o, fmt.Errorf("%s: %w", where, err)
	}
	files, err := engine.Render(c, all)
	if err != nil {
		return o, fmt.Errorf("%s: %w", where, err)
	}
	for _, name := range sortedKeys(files) {
		if path.Ext(name) == ".yaml" {
			err = errors.Join(err, o.add(where+": "+name, files[name]))
		}
	}
	return o, err
}

// same compares the chart's objects with the manifests, without what only Helm has: its labels, and the checksum that makes new pods.
func same(rendered, manifests objects) error {
	if len(rendered.daemonSets) != 1 || len(manifests.daemonSets) != 1 || len(rendered.configMaps) != 1 || len(manifests.configMaps) != 1 {
		return nil // said already
	}
	var a, b any
	if err := errors.Join(yaml.Unmarshal([]byte(rendered.configMaps[0].Data["espbeat.yml"]), &a), yaml.Unmarshal([]byte(manifests.configMaps[0].Data["espbeat.yml"]), &b)); err != nil {
		return err
	}
	var errs []error
	if !equality.Semantic.DeepEqual(a, b) {
		errs = append(errs, differ("espbeat.yml", a, b))
	}
	left, right := rendered.daemonSets[0].DeepCopy(), manifests.daemonSets[0].DeepCopy()
	for _, labels := range []map[string]string{left.Spec.Selector.MatchLabels, left.Spec.Template.Labels} {
		delete(labels, "app.kubernetes.io/instance")
	}
	left.Spec.Template.Annotations = nil
	if !equality.Semantic.DeepEqual(left.Spec, right.Spec) {
		errs = append(errs, differ("DaemonSet", left.Spec, right.Spec))
	}
	return errors.Join(errs...)
}

// differ shows the lines that only one of the two has.
func differ(what string, chart, manifest any) error {
	lines := func(v any) map[string]bool {
		text, _ := yaml.Marshal(v)
		l := map[string]bool{}
		for s := range strings.Lines(string(text)) {
			l[strings.TrimSpace(s)] = true
		}
		return l
	}
	a, b := lines(chart), lines(manifest)
	var only []string
	for _, s := range sortedKeys(a) {
		if !b[s] {
			only = append(only, "chart: "+s)
		}
	}
	for _, s := range sortedKeys(b) {
		if !a[s] {
			only = append(only, "manifest: "+s)
		}
	}
	return fmt.Errorf("%s and deploy/kubernetes make another %s: %s", chartFolder, what, strings.Join(only, "; "))
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
