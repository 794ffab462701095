// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// objects are those of one installation.
type objects struct {
	namespaces []corev1.Namespace
	accounts   []corev1.ServiceAccount
	configMaps []corev1.ConfigMap
	daemonSets []appsv1.DaemonSet
	pods       []corev1.Pod
}

// add decodes documents of YAML into Kubernetes' own types, as the API server does under strict field validation:
// an unknown or repeated field, or a value of another type, is an error.
func (o *objects) add(file, text string) error {
	var errs []error
	for _, doc := range strings.Split("\n"+text, "\n---") {
		var head struct{ APIVersion, Kind string }
		if err := yaml.Unmarshal([]byte(doc), &head); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if head.Kind == "" {
			continue
		}
		var err error
		switch head.APIVersion + " " + head.Kind {
		case "v1 Namespace":
			err = decode(doc, &o.namespaces)
		case "v1 ServiceAccount":
			err = decode(doc, &o.accounts)
		case "v1 ConfigMap":
			err = decode(doc, &o.configMaps)
		case "apps/v1 DaemonSet":
			err = decode(doc, &o.daemonSets)
		case "v1 Pod":
			err = decode(doc, &o.pods)
		default:
			err = errors.New("no check knows this kind, add it to tools/deploycheck")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %s: %w", file, head.Kind, err))
		}
	}
	return errors.Join(errs...)
}

func decode[T any](doc string, to *[]T) error {
	var object T
	if err := yaml.UnmarshalStrict([]byte(doc), &object); err != nil {
		return err
	}
	*to = append(*to, object)
	return nil
}

// kubernetes checks the manifests of the sensor, and those of an Elastic Agent with espbeat in it.
func kubernetes(root string) ([]config, error) {
	folder := filepath.Join("deploy", "kubernetes")
	sensor, err := kustomization(root, folder)
	errs := []error{err}
	configs, err := sensor.check(folder)
	errs = append(errs, err)
	agent, err := kustomization(root, filepath.Join(folder, "agent"))
	errs = append(errs, err)
	_, err = agent.check(filepath.Join(folder, "agent"))
	return configs, errors.Join(append(errs, err)...)
}

// kustomization reads the resources that a folder's kustomization.yaml lists; a manifest that it does not list is an error.
func kustomization(root, folder string) (objects, error) {
	var o objects
	text, err := os.ReadFile(filepath.Join(root, folder, "kustomization.yaml"))
	if err != nil {
		return o, err
	}
	var list struct {
		APIVersion, Kind string
		Resources        []string
	}
	if err := yaml.UnmarshalStrict(text, &list); err != nil {
		return o, fmt.Errorf("%s/kustomization.yaml: %w", folder, err)
	}
	var errs []error
	listed := map[string]bool{"kustomization.yaml": true}
	for _, name := range list.Resources {
		listed[name] = true
		text, err := os.ReadFile(filepath.Join(root, folder, name))
		if err == nil {
			err = o.add(filepath.Join(folder, name), string(text))
		}
		errs = append(errs, err)
	}
	there, err := filepath.Glob(filepath.Join(root, folder, "*.yaml"))
	errs = append(errs, err)
	for _, file := range there {
		if name := filepath.Base(file); !listed[name] {
			errs = append(errs, fmt.Errorf("%s/kustomization.yaml does not list %s", folder, name))
		}
	}
	return o, errors.Join(errs...)
}

// check looks at what the API server says only when pods are made, and at what it cannot know. It returns the configurations of espbeat.
func (o objects) check(where string) ([]config, error) {
	var configs []config
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(where+": "+format, args...)) }
	if len(o.daemonSets) != 1 {
		fail("%d DaemonSets, there should be one", len(o.daemonSets))
		return nil, errors.Join(errs...)
	}
	for _, m := range o.configMaps {
		configs = append(configs, config{file: where, text: m.Data["espbeat.yml"], env: []string{"ELASTICSEARCH_API_KEY=id:key"}})
	}
	set := o.daemonSets[0]
	for key, value := range set.Spec.Selector.MatchLabels {
		if set.Spec.Template.Labels[key] != value {
			fail("the selector's label %s=%s is not the pods'", key, value)
		}
	}
	pod := set.Spec.Template.Spec
	if !pod.HostNetwork || pod.DNSPolicy != corev1.DNSClusterFirstWithHostNet {
		fail("hostNetwork %v, dnsPolicy %s: the node's interfaces need the one, names of services under it the other, ClusterFirstWithHostNet", pod.HostNetwork, pod.DNSPolicy)
	}
	if pod.HostPID || pod.HostIPC {
		fail("hostPID %v, hostIPC %v: capturing needs the node's network alone", pod.HostPID, pod.HostIPC)
	}
	if !o.hasAccount(pod.ServiceAccountName) {
		fail("there is no ServiceAccount %q", pod.ServiceAccountName)
	}
	errs = append(errs, o.references(where, pod), privileges(where, set.Spec.Template), o.agree(where, pod, configs))
	for _, p := range o.pods {
		errs = append(errs, o.references(where, p.Spec))
	}
	return configs, errors.Join(errs...)
}

func (o objects) hasAccount(name string) bool {
	for _, a := range o.accounts {
		if a.Name == name {
			return true
		}
	}
	return false
}

// references finds mounts of volumes, and volumes of ConfigMaps, that are not there.
func (o objects) references(where string, pod corev1.PodSpec) error {
	var errs []error
	volumes := map[string]bool{}
	for _, v := range pod.Volumes {
		volumes[v.Name] = true
		if v.ConfigMap == nil {
			continue
		}
		known := false
		for _, m := range o.configMaps {
			known = known || m.Name == v.ConfigMap.Name
		}
		if !known {
			errs = append(errs, fmt.Errorf("%s: there is no ConfigMap %q for volume %s", where, v.ConfigMap.Name, v.Name))
		}
	}
	for _, c := range append(pod.InitContainers, pod.Containers...) {
		for _, m := range c.VolumeMounts {
			if !volumes[m.Name] {
				errs = append(errs, fmt.Errorf("%s: container %s mounts %q, which is no volume", where, c.Name, m.Name))
			}
		}
	}
	return errors.Join(errs...)
}

// agree compares pods with the configuration that they run with.
func (o objects) agree(where string, pod corev1.PodSpec, configs []config) error {
	for _, c := range configs {
		s, err := c.read()
		if err != nil {
			return err
		}
		if grace := *pod.TerminationGracePeriodSeconds; float64(grace) <= s.shutdown.Seconds() {
			return fmt.Errorf("%s: terminationGracePeriodSeconds %d has to be longer than espbeat.shutdown_timeout, %s", where, grace, s.shutdown)
		}
		for _, container := range pod.Containers {
			if p := container.LivenessProbe; p == nil || p.HTTPGet == nil || p.HTTPGet.Port.IntValue() != s.port {
				return fmt.Errorf("%s: container %s needs a liveness probe of http.port, %d", where, container.Name, s.port)
			}
		}
	}
	return nil
}
