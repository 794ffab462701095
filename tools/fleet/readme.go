// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"text/template"
)

// readme fills the template at path, in which {{event "packet"}} and {{fields "packet"}} stand for a stream's sample event and its tables of fields.
func readme(path string, events map[string][]byte) ([]byte, error) {
	name := path[strings.LastIndexAny(path, `/\`)+1:]
	t, err := template.New(name).Funcs(template.FuncMap{
		"event": func(name string) (string, error) {
			s, err := streamOf(name)
			if err != nil {
				return "", err
			}
			return fmt.Sprintf("An example event for `%s` looks as following:\n\n```json\n%s```", name, events[s.name]), nil
		},
		"fields": func(name string) (string, error) {
			s, err := streamOf(name)
			if err != nil {
				return "", err
			}
			return s.table(), nil
		},
	}).ParseFiles(path)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, nil)
	return b.Bytes(), err
}

func streamOf(name string) (*stream, error) {
	for _, s := range streams {
		if s.name == name {
			return s, nil
		}
	}
	return nil, fmt.Errorf("no data stream is called %q", name)
}

// table lists the fields of a stream, as elastic-package does, and those that are not mapped.
func (s *stream) table() string {
	list := s.all()
	slices.SortFunc(list, func(a, b mapped) int { return strings.Compare(a.Name, b.Name) })
	var b strings.Builder
	b.WriteString("**Exported fields**\n\n| Field | Description | Type |\n|---|---|---|\n")
	for _, m := range list {
		fmt.Fprintf(&b, "| %s | %s. | %s |\n", m.Name, strings.ReplaceAll(m.Description, "|", `\|`), m.kind)
	}
	if _, left := s.own(); len(left) > 0 {
		fmt.Fprintf(&b, "\nA data stream of a package may have %d fields. In documents, but not searchable unless mapped in `logs-%s@custom`:", mostFields, s.dataset())
		comma := ""
		for _, m := range left {
			fmt.Fprintf(&b, "%s `%s` (%s)", comma, m.Name, m.kind)
			comma = ","
		}
		b.WriteString(".\n")
	}
	return b.String()
}
