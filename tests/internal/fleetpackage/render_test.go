// SPDX-License-Identifier: Apache-2.0

package fleetpackage

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	conf "github.com/elastic/elastic-agent-libs/config"

	"github.com/espbeat/espbeat/agent"
	"github.com/espbeat/espbeat/config"
)

func open(t *testing.T, name string) *Stream {
	t.Helper()
	s, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// input renders the packet stream, and reads it as the Beat under an agent does.
func input(t *testing.T, k Kibana, set map[string]any) (config.Input, *config.Config, error) {
	t.Helper()
	rendered, err := open(t, "packet").Render(k, set)
	if err != nil {
		t.Fatal(err)
	}
	made, err := agent.Streams("unit", []map[string]any{rendered}, []string{"espbeat.packet"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := conf.NewConfigFrom(made[0])
	if err != nil {
		t.Fatal(err)
	}
	s, err := config.ParseStream(c, config.Default())
	if err != nil {
		return config.Input{}, nil, err
	}
	return *s.Packets, s.Config, nil
}

// every has a value for each variable of the packet stream that is not its default.
var every = map[string]any{
	"interfaces": []any{"eth*", "any"}, "exclude_interfaces": []any{"eth9", "veth[0-9]*"}, "filter": "tcp port 80 or udp", "display_filter": "dns || tls.handshake",
	"wait_for_interfaces": false,
	"profile":             "full", "internal_networks": []any{"192.0.2.0/24", "loopback"},
	"snaplen": 256, "promiscuous": false, "netns": "blue", "engine": "pcap", "buffer_size": "8MiB", "buffer_time": "2s", "fanout": 2,
	"sampling_every": 10, "sampling_by": "flow", "dedup_window": "50ms", "dedup_ttl": true, "payload_bytes": 64, "payload_raw": true, "shedding_enabled": true, "pipeline": "mine",
	"fields": "zone: dmz\nrack: {row: 7}", "tags": []any{"a", "b: c"},
	"processors": "- drop_event.when.equals.network.transport: icmp\n- add_fields:\n    target: ''\n    fields: {zone: dmz}",
}

func TestPacketStream(t *testing.T) {
	for _, k := range Kibanas {
		t.Run(k.Name, func(t *testing.T) {
			var untouched config.Input
			untouched.InitDefaults()
			untouched.ID, untouched.Type, untouched.Format = "unit-0", config.TypeLive, config.FormatECS
			untouched.Interfaces, untouched.WaitForInterfaces = []string{"default_route"}, true
			got, cfg, err := input(t, k, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, untouched) || cfg.Index.Profile != "standard" || !slices.Equal(cfg.InternalNetworks, []string{"private"}) {
				t.Errorf("defaults: %+v, %+v, the Beat's are %+v", got, cfg, untouched)
			}
			for _, v := range open(t, "packet").Vars {
				if every[v.Name] == nil {
					t.Errorf("the variable %s is not tested", v.Name)
				}
			}
			if got, cfg, err = input(t, k, every); err != nil {
				t.Fatal(err)
			}
			if len(got.Processors) != 2 || !got.Processors[0].HasField("drop_event") || !got.Processors[1].HasField("add_fields") {
				t.Errorf("processors: %v", got.Processors)
			}
			got.Processors = nil
			want := untouched
			want.Interfaces, want.ExcludeInterfaces, want.Filter, want.WaitForInterfaces = []string{"eth*", "any"}, []string{"eth9", "veth[0-9]*"}, "tcp port 80 or udp", false
			want.DisplayFilter = "dns || tls.handshake"
			want.SnapLen, want.Promiscuous, want.NetNS, want.Engine, want.Fanout = 256, false, "blue", "pcap", 2
			want.BufferSize, want.BufferTime = 8<<20, 2*time.Second
			want.Sampling, want.Dedup = config.Sampling{Every: 10, By: "flow"}, config.Dedup{Window: 50 * time.Millisecond, TTL: true}
			want.Payload = config.Payload{Bytes: 64, Raw: true}
			want.Shedding.Enabled, want.Pipeline, want.Tags = true, "mine", []string{"a", "b: c"}
			want.Fields = map[string]any{"zone": "dmz", "rack": map[string]any{"row": uint64(7)}}
			if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
				t.Errorf("%+v, want %+v", got, want)
			}
			if cfg.Index.Profile != "full" || !slices.Equal(cfg.InternalNetworks, []string{"192.0.2.0/24", "loopback"}) {
				t.Errorf("profile %s, internal networks %v", cfg.Index.Profile, cfg.InternalNetworks)
			}
		})
	}
}

// Whatever is typed into a text comes out as it was, and changes nothing else.
func TestTextsComeThrough(t *testing.T) {
	texts := []string{`it's "quoted"`, `a: b`, `x # no comment`, "two\nlines", "- list", "{{filter}}", "{a: 1}", "[1]", "&anchor", "*", "!tag", "%x", "@at", "`",
		"yes", "null", "~", "12", "1e3", `C:\temp\n`, "ünïcödé →", "enabled: false\nsnaplen: 70", "##processors##", "a'b''c", "it's\ntwo", `"`, "'", "<&>"}
	for i, k := range Kibanas {
		if i > 0 { // the first makes three line feeds of two
			texts = append(texts, "two\n\nparagraphs", "lines\n  indented")
		}
		for _, text := range texts {
			t.Run(k.Name+"/"+text, func(t *testing.T) {
				got, _, err := input(t, k, map[string]any{"filter": text, "display_filter": text, "pipeline": text, "interfaces": []any{"eth*"}, "tags": []any{text, text}})
				if err != nil {
					t.Fatal(err)
				}
				if got.Filter != text || got.DisplayFilter != text || got.Pipeline != text || !slices.Equal(got.Tags, []string{text, text}) || got.SnapLen != 262144 || !got.Enabled {
					t.Errorf("%q, %q, %q, %q, snaplen %d", got.Filter, got.DisplayFilter, got.Pipeline, got.Tags, got.SnapLen)
				}
			})
		}
	}
}

// What is wrong is found by espbeat, with a word that helps, and not passed over by the template.
func TestFaultsAreKept(t *testing.T) {
	for _, c := range []struct {
		set  map[string]any
		want string
	}{
		{map[string]any{"interfaces": []any{"eth0", ""}}, "an empty name, remove it"},
		{map[string]any{"sampling_by": "flow"}, "nothing is sampled, set every too"},
		{map[string]any{"dedup_ttl": true}, "copies are kept, set window too"},
		{map[string]any{"exclude_interfaces": []any{"veth*"}}, "use a glob such as *"},
		{map[string]any{"snaplen": 1}, "use 64 to"},
		{map[string]any{"buffer_size": "big"}, "buffer_size"},
		{map[string]any{"netns": "../x"}, "no network namespace"},
	} {
		for _, k := range Kibanas {
			if _, _, err := input(t, k, c.set); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v: %v, want %q", c.set, err, c.want)
			}
		}
	}
}

func TestFlowAndLedgerStreams(t *testing.T) {
	for _, k := range Kibanas {
		for _, c := range []struct {
			stream string
			set    map[string]any
			want   map[string]any
		}{
			{"flow", nil, map[string]any{"tags": []any{}}},
			{"flow", map[string]any{"tags": []any{"it's"}, "processors": "- drop_fields: {fields: [a]}"},
				map[string]any{"tags": []any{"it's"}, "processors": []any{map[string]any{"drop_fields": map[string]any{"fields": []any{"a"}}}}}},
			{"ledger", nil, map[string]any{"period": "60s", "tags": []any{}}},
			{"ledger", map[string]any{"period": "1m30s"}, map[string]any{"period": "1m30s", "tags": []any{}}},
		} {
			got, err := open(t, c.stream).Render(k, c.set)
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("%s with %v: %v, %v, want %v", c.stream, c.set, got, err, c.want)
			}
		}
	}
}

func TestRenderRefuses(t *testing.T) {
	for name, set := range map[string]map[string]any{
		"not have":  {"no_such": 1},
		"no YAML":   {"processors": "- a: [1"},
		"required":  {"interfaces": nil},
		"not have ": {"interfaces": []any{"a"}, "typo": 1},
	} {
		if _, err := open(t, "packet").Render(Kibanas[0], set); err == nil || !strings.Contains(err.Error(), strings.TrimSpace(name)) {
			t.Errorf("%v: %v", set, err)
		}
	}
	if _, err := Open("none"); err == nil {
		t.Error("a data stream that is not there is opened")
	}
}

// Each variable says what it is for, and its type what may be set.
func TestVariables(t *testing.T) {
	for _, name := range []string{"packet", "flow", "ledger"} {
		s := open(t, name)
		if s.Input != "espbeat/packet" {
			t.Errorf("%s: input %s", name, s.Input)
		}
		for _, v := range s.Vars {
			if v.Title == "" || v.Description == "" && v.Name != "tags" {
				t.Errorf("%s: %s has no title or no description", name, v.Name)
			}
			if v.Type == "bool" && v.Default == nil {
				t.Errorf("%s: %s has no default, but its template always writes it", name, v.Name)
			}
		}
	}
}
