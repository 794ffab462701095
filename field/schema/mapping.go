// SPDX-License-Identifier: Apache-2.0

// Package schema derives from the field definitions what others need of them: the mapping of the index template, fields.yml and the
// reference of fields.
package schema

import (
	"slices"
	"strings"

	"github.com/espbeat/espbeat/field"
)

// IgnoreAbove bounds indexed keywords, characters: longer values stay in the document but are not found by it.
const IgnoreAbove = 1024

// Libbeat are the fields that libbeat adds to every document.
var Libbeat = []field.Def{
	{Name: "@timestamp", Type: field.Date, Flags: field.ECS, Wireshark: "frame.time", Description: "Capture time of the packet, nanoseconds"},
	{Name: "agent.ephemeral_id", Type: field.Keyword, Flags: field.ECS, Description: "This start of espbeat"},
	{Name: "agent.id", Type: field.Keyword, Flags: field.ECS, Description: "This installation of espbeat"},
	{Name: "agent.name", Type: field.Keyword, Flags: field.ECS, Description: "Name of this espbeat"},
	{Name: "agent.type", Type: field.Keyword, Flags: field.ECS, Description: "Always espbeat"},
	{Name: "agent.version", Type: field.Keyword, Flags: field.ECS, Description: "Version of libbeat"},
	{Name: "agent.build.original", Type: field.Keyword, Flags: field.ECS, Description: "Version of espbeat"},
	{Name: "host.name", Type: field.Keyword, Flags: field.ECS, Description: "Host that espbeat runs on"},
	{Name: "tags", Type: field.Keyword, Flags: field.ECS, Description: "Tags of the configuration"},
	{Name: "error.message", Type: field.Text, Flags: field.ECS, Description: "Why Elasticsearch rejected the document, in the dead-letter index"},
}

// all are the definitions of every field, libbeat's included.
func all() []field.Def { return of(field.Full) }

// of are the fields that documents of a profile have, libbeat's included.
func of(p field.Profile) []field.Def {
	own := slices.DeleteFunc(field.Defs(), func(d field.Def) bool { return !d.In(p) })
	return append(append([]field.Def(nil), Libbeat...), own...)
}

// TypeName is the Elasticsearch type of a field.
func TypeName(t field.Type) string {
	switch t {
	case field.Bool:
		return "boolean"
	case field.Uint8:
		return "short"
	case field.Uint16:
		return "integer"
	case field.Uint32, field.Int64:
		return "long"
	case field.Float:
		return "double"
	case field.Wildcard:
		return "wildcard"
	case field.Text:
		return "match_only_text"
	case field.IP:
		return "ip"
	case field.Date:
		return "date_nanos"
	case field.Object:
		return "object"
	case field.Binary:
		return "binary"
	}
	return "keyword"
}

// mapping is the mapping of one field.
func mapping(d field.Def) map[string]any {
	m := map[string]any{"type": TypeName(d.Type)}
	if TypeName(d.Type) == "keyword" {
		m["ignore_above"] = IgnoreAbove
	}
	if d.Is(field.Rare) {
		m["index"] = false
	}
	return m
}

// Properties is the "properties" of the mapping of a profile's fields.
func Properties(profile field.Profile) map[string]any {
	root := map[string]any{}
	for _, d := range of(profile) {
		at := root
		path := strings.Split(d.Name, ".")
		for _, name := range path[:len(path)-1] {
			at = properties(at, name)
		}
		last := path[len(path)-1]
		if d.Type == field.Object {
			properties(at, last)
			continue
		}
		at[last] = mapping(d)
	}
	return root
}

// properties returns the properties of the object called name in at.
func properties(at map[string]any, name string) map[string]any {
	o, ok := at[name].(map[string]any)
	if !ok {
		o = map[string]any{"properties": map[string]any{}}
		at[name] = o
	}
	return o["properties"].(map[string]any)
}

// Mapping is the mapping of a packet index: declared fields only, so that no packet can add one.
func Mapping(profile field.Profile) map[string]any {
	p := Properties(profile)
	// Labels and fields of the user's own configuration are found as flattened objects.
	p["fields"] = map[string]any{"type": "flattened"}
	p["labels"] = map[string]any{"type": "flattened"}
	return map[string]any{"dynamic": false, "date_detection": false, "numeric_detection": false, "properties": p}
}

// Count is the number of mapped fields, objects included, as index.mapping.total_fields.limit counts them.
func Count(profile field.Profile) int { return count(Mapping(profile)["properties"].(map[string]any)) }

func count(properties map[string]any) int {
	n := len(properties)
	for _, v := range properties {
		if sub, ok := v.(map[string]any)["properties"].(map[string]any); ok {
			n += count(sub)
		}
	}
	return n
}
