// SPDX-License-Identifier: Apache-2.0

package ek

import "strings"

// Index is the index of a packet, by its day in UTC, as libbeat's format strings say it.
const Index = "packets-%{+yyyy-MM-dd}"

const (
	// ignoreAbove is the length, in characters, from which on a keyword is stored and not searched. Lucene takes 32,766 bytes, and what long values hold is
	// hexadecimal digits.
	ignoreAbove = 1024
	// fieldsLimit has room for one field a protocol, of which tshark 4 has 2,400, and for all of the four that are not flattened.
	fieldsLimit = 5000
	// flattenedDepth is beyond what nests in real captures, 7 levels: a document that is deeper is rejected.
	flattenedDepth = 900
)

// typed are the fields of Espcap's template under the names of tshark 3.4 and later. Sequence numbers are unsigned, so that 32 bits take a long.
var typed = map[string]map[string]any{
	"frame.frame_frame_interface_name": {"type": "keyword"},
	"frame.frame_frame_protocols":      {"type": "text", "analyzer": "simple"},
	"ip.ip_ip_src":                     {"type": "ip"},
	"ip.ip_ip_dst":                     {"type": "ip"},
	"ip.ip_ip_version":                 {"type": "integer"},
	"udp.udp_udp_srcport":              {"type": "integer"},
	"udp.udp_udp_dstport":              {"type": "integer"},
	"tcp.tcp_tcp_srcport":              {"type": "integer"},
	"tcp.tcp_tcp_dstport":              {"type": "integer"},
	"tcp.tcp_tcp_flags_str":            {"type": "keyword"},
	"tcp.tcp_tcp_flags_urg":            {"type": "boolean"},
	"tcp.tcp_tcp_flags_ack":            {"type": "boolean"},
	"tcp.tcp_tcp_flags_push":           {"type": "boolean"},
	"tcp.tcp_tcp_flags_reset":          {"type": "boolean"},
	"tcp.tcp_tcp_flags_syn":            {"type": "boolean"},
	"tcp.tcp_tcp_flags_fin":            {"type": "boolean"},
	"tcp.tcp_tcp_seq":                  {"type": "long"},
	"tcp.tcp_tcp_ack":                  {"type": "long"},
	"tcp.tcp_tcp_window_size":          {"type": "long"},
}

// renamed are the names that those had in Espcap's template, which searches may still use.
var renamed = map[string]string{
	"frame.frame_interface_id_frame_interface_name": "frame.frame_frame_interface_name",
	"tcp.tcp_flags_tcp_flags_str":                   "tcp.tcp_tcp_flags_str",
	"tcp.tcp_flags_tcp_flags_urg":                   "tcp.tcp_tcp_flags_urg",
	"tcp.tcp_flags_tcp_flags_ack":                   "tcp.tcp_tcp_flags_ack",
	"tcp.tcp_flags_tcp_flags_push":                  "tcp.tcp_tcp_flags_push",
	"tcp.tcp_flags_tcp_flags_reset":                 "tcp.tcp_tcp_flags_reset",
	"tcp.tcp_flags_tcp_flags_syn":                   "tcp.tcp_tcp_flags_syn",
	"tcp.tcp_flags_tcp_flags_fin":                   "tcp.tcp_tcp_flags_fin",
}

// Template is the "template" part of the index template: settings and mappings. It maps the fields of Espcap's template, which has a few of the widest use; with
// all, every other one, too, as keywords.
func Template(all bool) map[string]any {
	layers := map[string]any{}
	for name, mapping := range typed {
		layer, field, _ := strings.Cut(name, ".")
		fieldsOf(layers, layer)[field] = mapping
	}
	runtime := map[string]any{}
	for old, name := range renamed {
		layer, field, _ := strings.Cut(old, ".")
		if typed[name]["type"] == "boolean" { // Espcap's was a number, 0 or 1
			runtime["layers."+old] = flag("layers." + name)
			continue
		}
		fieldsOf(layers, layer)[field] = map[string]any{"type": "alias", "path": "layers." + name}
	}
	mappings := map[string]any{
		"dynamic": false,
		// libbeat sends @timestamp with every document; those of tshark have none.
		"_source": map[string]any{"excludes": []string{"@timestamp"}},
		"runtime": runtime,
		"properties": map[string]any{
			"@timestamp": map[string]any{"type": "date_nanos"},
			"timestamp":  map[string]any{"type": "date"},
			Mark:         map[string]any{"properties": map[string]any{"bytes": map[string]any{"type": "long"}, "values": map[string]any{"type": "long"}, "fields": map[string]any{"type": "keyword"}}},
			"layers":     map[string]any{"dynamic": all, "properties": layers},
		},
	}
	if all {
		mappings["date_detection"] = false
		mappings["dynamic_templates"] = []any{
			dynamic("layers", "object", map[string]any{"type": "flattened", "ignore_above": ignoreAbove, "depth_limit": flattenedDepth}),
			dynamic("fields", "*", map[string]any{"type": "keyword", "ignore_above": ignoreAbove}),
		}
	}
	return map[string]any{"mappings": mappings, "settings": map[string]any{"index": map[string]any{
		"codec":            "best_compression",
		"mapping":          map[string]any{"total_fields": map[string]any{"limit": fieldsLimit}, "ignore_malformed": true},
		"refresh_interval": "5s",
	}}}
}

// fieldsOf returns the fields of a layer.
func fieldsOf(layers map[string]any, name string) map[string]any {
	layer, ok := layers[name].(map[string]any)
	if !ok {
		layer = map[string]any{"properties": map[string]any{}}
		layers[name] = layer
	}
	return layer["properties"].(map[string]any)
}

// flag is a boolean field as a number.
func flag(name string) map[string]any {
	return map[string]any{"type": "long", "script": map[string]any{"source": "for (v in doc['" + name + "']) { emit(v ? 1 : 0) }"}}
}

// dynamic is a dynamic template for what lies below layers.
func dynamic(name, kind string, mapping map[string]any) map[string]any {
	return map[string]any{name: map[string]any{"path_match": "layers.*", "match_mapping_type": kind, "mapping": mapping}}
}
