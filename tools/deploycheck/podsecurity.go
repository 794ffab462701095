// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// needed are the reasons for which Kubernetes' pod security standard "restricted" refuses the pods. Any other is an error.
var needed = []string{
	"host namespaces",                   // the node's interfaces
	"probe or lifecycle host",           // a probe of the node's loopback interface
	"allowPrivilegeEscalation != false", // the Elastic Agent's; capabilities has the last word on the sensor's
	"unrestricted capabilities",         // CAP_NET_RAW; capabilities has the last word
	"restricted volume types",           // a folder of the node, to go on where a pod before this one stopped
	"runAsNonRoot != true",              // root gives that folder away, or is the user of the Elastic Agent
	"runAsUser=0",
}

// privileges holds a template against Kubernetes' pod security standards.
func privileges(where string, template corev1.PodTemplateSpec) error {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return err
	}
	restricted := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	var errs []error
	for _, r := range evaluator.EvaluatePod(restricted, &template.ObjectMeta, &template.Spec) {
		if !r.Allowed && !slices.Contains(needed, r.ForbiddenReason) {
			errs = append(errs, fmt.Errorf("%s: pod security: %s: %s", where, r.ForbiddenReason, r.ForbiddenDetail))
		}
	}
	return errors.Join(append(errs, capabilities(where, template.Spec))...)
}

// capabilities wants every container of the sensor to have one capability, and the one that captures CAP_NET_RAW; and no more to
// write to than it needs.
func capabilities(where string, pod corev1.PodSpec) error {
	if pod.ServiceAccountName != "espbeat" {
		return nil
	}
	want := map[string]corev1.Capability{"espbeat": "NET_RAW", "own-data": "CHOWN"}
	for _, c := range append(pod.InitContainers, pod.Containers...) {
		s := c.SecurityContext
		if s == nil || s.Capabilities == nil || !slices.Equal(s.Capabilities.Drop, []corev1.Capability{"ALL"}) || !slices.Equal(s.Capabilities.Add, []corev1.Capability{want[c.Name]}) {
			return fmt.Errorf("%s: container %s has to drop ALL capabilities and add %s alone", where, c.Name, want[c.Name])
		}
		if s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem || s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation {
			return fmt.Errorf("%s: container %s has to have readOnlyRootFilesystem: true and allowPrivilegeEscalation: false", where, c.Name)
		}
		if writable := func(m corev1.VolumeMount) bool { return m.MountPath == "/tmp" }; c.Name == "espbeat" && !slices.ContainsFunc(c.VolumeMounts, writable) {
			return fmt.Errorf("%s: container %s: espbeat makes a file in /tmp at its start, mount an emptyDir there", where, c.Name)
		}
	}
	return nil
}
