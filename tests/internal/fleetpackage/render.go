// SPDX-License-Identifier: Apache-2.0

package fleetpackage

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/aymerick/raymond"
	"gopkg.in/yaml.v3"
)

// Kibana is a generation of Kibana, by how its helper escape_string quotes a text for YAML.
type Kibana struct {
	Name   string
	escape func(string) string
}

// Kibanas are the generations that there are.
var Kibanas = []Kibana{
	{"single quotes", func(s string) string {
		return "'" + strings.NewReplacer("'", "''", "\n", "\n\n").Replace(s) + "'"
	}},
	{"double quotes where there are lines", func(s string) string {
		if strings.Contains(s, "\n") {
			return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
		}
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}},
}

// output is a part of a template that prints something: raymond cannot be told, as Kibana tells Handlebars, to escape nothing for HTML.
var output = regexp.MustCompile(`\{\{([a-z_][^{}]*)\}\}`)

// Render makes the configuration of the stream, as it stands in an agent's policy without what Fleet adds (id, data_stream), from the values that the
// user set, by variable; the others have their defaults. The value of a variable of type yaml is YAML.
func (s *Stream) Render(k Kibana, set map[string]any) (map[string]any, error) {
	values, err := s.values(set)
	if err != nil {
		return nil, err
	}
	// YAML that the user writes is parsed by itself, and put in where the rendered template names it: it cannot break out of its place.
	parsed := map[string]any{}
	for _, d := range s.Vars {
		text, is := values[d.Name].(string)
		if d.Type != "yaml" || !is {
			continue
		}
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			return nil, fmt.Errorf("stream %s: the variable %s is no YAML: %w", s.Name, d.Name, err)
		}
		mark := "##" + d.Name + "##"
		parsed[mark], values[d.Name] = v, `"`+mark+`"`
	}
	text, err := k.execute(s.template, values)
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", s.Name, err)
	}
	var config map[string]any
	if err := yaml.Unmarshal([]byte(text), &config); err != nil {
		return nil, fmt.Errorf("stream %s: the rendered template is no YAML: %w:\n%s", s.Name, err, text)
	}
	if config == nil {
		return nil, fmt.Errorf("stream %s: the rendered template is empty, which Kibana refuses", s.Name)
	}
	return putIn(config, parsed).(map[string]any), nil
}

func (k Kibana) execute(template string, values map[string]any) (string, error) {
	template = output.ReplaceAllStringFunc(template, func(s string) string {
		if s == "{{else}}" {
			return s
		}
		return "{" + s + "}"
	})
	t, err := raymond.Parse(template)
	if err != nil {
		return "", err
	}
	var fault error // of helpers, which return texts only
	t.RegisterHelper("escape_string", func(v any) string {
		if s, _ := v.(string); s != "" {
			return k.escape(s)
		}
		return ""
	})
	t.RegisterHelper("to_json", func(v any) string {
		if s, is := v.(string); is || v == nil {
			return s
		}
		b, err := json.Marshal(v)
		fault = errors.Join(fault, err)
		return string(b)
	})
	text, err := t.Exec(values)
	return text, errors.Join(err, fault)
}

// putIn replaces the marks in v by what they stand for.
func putIn(v any, marks map[string]any) any {
	switch v := v.(type) {
	case string:
		if m, ok := marks[v]; ok {
			return m
		}
	case map[string]any:
		for name := range v {
			v[name] = putIn(v[name], marks)
		}
	case []any:
		for i := range v {
			v[i] = putIn(v[i], marks)
		}
	}
	return v
}
