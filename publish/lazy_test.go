// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/processors"
	"github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/mapstr"
)

func yml(t testing.TB, s string) *config.C {
	t.Helper()
	c, err := config.NewConfigWithYAML([]byte(s), "test")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var info = beat.Info{Beat: "espbeat", Name: "sensor", Hostname: "sensor", Version: "9.3.0"}

// needs says what a processor kind needs that a test does not have.
var needs = map[string]string{
	"add_cloud_metadata":       "a cloud's metadata server",
	"add_docker_metadata":      "Docker",
	"add_kubernetes_metadata":  "Kubernetes",
	"translate_ldap_attribute": "an LDAP server",
	"translate_sid":            "Windows",
	"cache":                    "a cache shared by events",
}

// kinds has at least one configuration for each kind of processor in libbeat.
var kinds = map[string][]string{
	"add_fields":             {`{target: "", fields: {event.module: m, x: 1}}`, `{target: network, fields: {name: lan}}`},
	"add_formatted_index":    {`{index: "a-%{[network.transport]}"}`},
	"add_host_metadata":      {`{netinfo.enabled: false, cache.ttl: 1h}`},
	"add_id":                 {`{target_field: "event.nonce", when.equals.network.transport: none}`},
	"add_labels":             {`{labels: {a: b}}`},
	"add_locale":             {`{}`},
	"add_network_direction":  {`{source: source.ip, destination: destination.ip, target: network.direction, internal_networks: [private]}`},
	"add_observer_metadata":  {`{netinfo.enabled: false, cache.ttl: 1h}`},
	"add_process_metadata":   {`{match_pids: [destination.port], ignore_missing: true}`},
	"add_tags":               {`{tags: [x]}`, `{tags: [low], when.range.source.port.lt: 50000}`, `{tags: [syn], when.contains.tcp.flags.names: SYN}`, `{tags: [net], when.network.source.ip: private}`, `{tags: [f], when.has_fields: [tcp.seq_raw]}`, `{tags: [re], when.regexp.destination.domain: "^www"}`, `{tags: [no], when.not.equals.tcp.duplicate: true}`},
	"append":                 {`{target_field: tcp.flags.names, fields: [network.type], ignore_missing: true}`},
	"community_id":           {`{}`},
	"convert":                {`{fields: [{from: source.port, to: source.port_text, type: string}, {from: network.iana_number, type: integer}]}`},
	"copy_fields":            {`{fields: [{from: destination.port, to: dport}], fail_on_error: true}`},
	"decode_base64_field":    {`{field: {from: http.b64, to: http.text}}`},
	"decode_csv_fields":      {`{fields: {http.csv: http.cells}}`},
	"decode_duration":        {`{field: http.took, format: seconds}`},
	"decode_json_fields":     {`{fields: [http.json], target: http.decoded}`},
	"decode_xml":             {`{field: http.xml, target_field: http.tree}`},
	"decode_xml_wineventlog": {`{field: http.xml, target_field: winlog, ignore_missing: true, ignore_failure: true}`},
	"decompress_gzip_field":  {`{field: {from: http.gzip, to: http.unzipped}}`},
	"detect_mime_type":       {`{field: http.xml, target: http.mime}`},
	"dissect":                {`{tokenizer: "%{a}.%{b}", field: destination.domain, target_prefix: parts, ignore_failure: true}`},
	"dns":                    {`{type: reverse, fields: {nosuch.ip: nosuch.domain}, nameservers: [127.0.0.1], timeout: 1ms}`},
	"drop_event":             {`{when.equals.network.transport: tcp}`, `{when.equals.network.transport: udp}`},
	"drop_fields":            {`{fields: [source.mac]}`, `{fields: [tcp.flags, http], ignore_missing: true}`},
	"extract_array":          {`{field: tcp.flags.names, mappings: {first: 0}, fail_on_error: false}`},
	"extract_field":          {`{field: destination.domain, separator: ".", index: 1, target: part}`},
	"fingerprint":            {`{fields: [source.ip, destination.ip], target_field: event.hash}`},
	"include_fields":         {`{fields: [source.ip, network]}`},
	"lowercase":              {`{fields: [nosuch], values: [http.request.method], ignore_missing: true}`},
	"move_fields":            {`{fields: [source.ip], to: moved.}`},
	"now":                    {`{field: event.ingested}}, {drop_fields: {fields: [event.ingested]}`},
	"rate_limit":             {`{limit: "1000/s"}`},
	"registered_domain":      {`{field: destination.domain, target_field: destination.registered_domain}`},
	"rename":                 {`{fields: [{from: source.ip, to: src}]}`},
	"replace":                {`{fields: [{field: destination.domain, pattern: www, replacement: web}]}`},
	"script":                 {`{lang: javascript, source: "function process(e) { e.Put('x', e.Get('source.port') + 1); e.Put('names', e.Get('tcp.flags.names')); }"}`},
	"syslog":                 {`{field: http.syslog, timezone: UTC}`},
	"timestamp":              {`{field: http.date, layouts: ["2006-01-02T15:04:05Z"]}`},
	"truncate_fields":        {`{fields: [destination.domain], max_characters: 3}`},
	"uppercase":              {`{fields: [nosuch], values: [network.transport], ignore_missing: true}`},
	"urldecode":              {`{fields: [{from: http.query}]}`},
}

// TestEveryProcessorSeesTheSame drives each kind of processor over the two forms of
// a document.
func TestEveryProcessorSeesTheSame(t *testing.T) {
	for _, kind := range registered(t) {
		if why := needs[kind]; why != "" {
			continue
		}
		if kinds[kind] == nil {
			t.Errorf("no case drives the processor %s", kind)
		}
		for _, args := range kinds[kind] {
			t.Run(kind+" "+args, func(t *testing.T) {
				root := yml(t, fmt.Sprintf(`processors: [{%s: %s}]`, kind, args))
				got, want := process(t, root, beat.ProcessingConfig{}, wholeOf(packet(7))), process(t, root, beat.ProcessingConfig{}, mapsOf(packet(7)))
				if !reflect.DeepEqual(got, want) {
					t.Errorf("views give %v\nmaps give  %v", text(got), text(want))
				}
			})
		}
	}
}

// registered asks libbeat for the kinds of processors that it has.
func registered(t *testing.T) []string {
	t.Helper()
	_, err := processors.New(processors.PluginConfig{yml(t, `nosuch: {}`)}, nopLog())
	if err == nil {
		t.Fatal("libbeat knows a processor nosuch")
	}
	_, list, ok := strings.Cut(err.Error(), "Valid actions: ")
	if !ok {
		t.Fatalf("libbeat does not list its processors: %v", err)
	}
	var names []string
	for _, n := range strings.Split(list, ",") {
		names = append(names, strings.TrimSpace(n))
	}
	slices.Sort(names)
	return names
}

func process(t *testing.T, root *config.C, cfg beat.ProcessingConfig, fields mapstr.M) map[string]any {
	t.Helper()
	s, err := Processing("1.2.3", nil)(info, nopLog(), root)
	if err != nil {
		t.Fatal(err)
	}
	off := false
	if cfg.EventNormalization == nil {
		cfg.EventNormalization = &off
	}
	p, err := s.Create(cfg, false)
	if err != nil {
		t.Fatal(err)
	}
	e, err := p.Run(&beat.Event{Timestamp: packet(7).time, Fields: fields, Meta: mapstr.M{"_id": "x"}})
	if e == nil {
		return map[string]any{"dropped": true, "error": fmt.Sprint(err)}
	}
	out := encoded(t, e)
	if b, err := json.Marshal(e.Meta); err == nil {
		out["@metadata"] = string(b)
	}
	return out
}

type form string

const (
	asWhole form = "" // one value for a document
	asViews form = "a view for each key"
	asMaps  form = "maps"
)

func formOf(fields mapstr.M) form {
	switch fields["network"].(type) {
	case *view:
		return asViews
	case mapstr.M:
		return asMaps
	}
	return asWhole
}

// TestWhatElseLooksInside has everything beside processors that needs maps, or a view a key.
func TestWhatElseLooksInside(t *testing.T) {
	on := true
	for name, c := range map[string]struct {
		yml  string
		cfg  beat.ProcessingConfig
		form form
	}{
		"nothing":                  {yml: `output.elasticsearch: {index: "x-%{[agent.version]}-%{+yyyy}", hosts: [a]}`},
		"tags and fields":          {yml: `{tags: [a], fields: {site: lab}}`},
		"fields under root":        {yml: `{fields_under_root: true, fields: {network.name: lan}}`, form: asMaps},
		"input fields":             {cfg: beat.ProcessingConfig{EventMetadata: mapstr.EventMetadata{Fields: mapstr.M{"a": 1}, Tags: []string{"t"}}}},
		"input fields under root":  {cfg: beat.ProcessingConfig{EventMetadata: mapstr.EventMetadata{Fields: mapstr.M{"tcp": mapstr.M{"a": 1}}, FieldsUnderRoot: true}}, form: asMaps},
		"client fields":            {cfg: beat.ProcessingConfig{Fields: mapstr.M{"event": mapstr.M{"module": "m"}}}, form: asMaps},
		"normalization":            {cfg: beat.ProcessingConfig{EventNormalization: &on}, form: asMaps},
		"index of a packet field":  {yml: `output.elasticsearch: {index: "x-%{[network.transport]}", hosts: [a]}`, form: asMaps},
		"condition in the output":  {yml: `output.elasticsearch: {hosts: [a], indices: [{index: b, when.equals.network.type: ipv4}]}`, form: asMaps},
		"topic of a packet field":  {yml: `output.kafka: {hosts: [a], topic: "%{[network.transport]}"}`, form: asMaps},
		"hash of a packet field":   {yml: `output.kafka: {hosts: [a], topic: t, partition.hash: {hash: [source.ip]}}`, form: asMaps},
		"codec of a packet field":  {yml: `output.console.codec.format.string: "%{[source.ip]}"`, form: asMaps},
		"pipeline by packet field": {yml: `output.elasticsearch: {hosts: [a], pipeline: "p-%{[network.transport]}"}`, form: asMaps},
		"disk queue":               {yml: `queue.disk.max_size: 1GB`, form: asViews},
		"disk queue of the output": {yml: `output.elasticsearch: {hosts: [a], queue.disk.max_size: 1GB}`, form: asViews},
		"disk queue and condition": {yml: `{queue.disk.max_size: 1GB, output.elasticsearch: {hosts: [a], indices: [{index: b, when.equals.network.type: ipv4}]}}`, form: asMaps},
		"one pipeline":             {yml: `output.elasticsearch: {hosts: [a], pipeline: geo}`},
	} {
		t.Run(name, func(t *testing.T) {
			root := yml(t, c.yml)
			fields := wholeOf(packet(7))
			got := process(t, root, c.cfg, fields)
			if want := process(t, root, c.cfg, mapsOf(packet(7))); !reflect.DeepEqual(got, want) {
				t.Errorf("views give %v\nmaps give  %v", text(got), text(want))
			}
			if form := formOf(fields); form != c.form {
				t.Errorf("%s, want %s", form, c.form)
			}
			if strings.Contains(name, "pipeline") && !strings.Contains(got["@metadata"].(string), `"pipeline":`) {
				t.Error("the ingest pipeline is lost")
			}
			for _, k := range []string{"agent", "host", "ecs"} {
				if got[k] == nil {
					t.Errorf("no %s in %v", k, text(got))
				}
			}
		})
	}
}

func text(v any) string {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(b)
}
