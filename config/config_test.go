// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"
	"testing"
	"time"

	conf "github.com/elastic/elastic-agent-libs/config"
)

func parse(t *testing.T, yml string) (Config, error) {
	t.Helper()
	c, err := conf.NewConfigWithYAML([]byte(yml), "test")
	if err != nil {
		t.Fatal(err)
	}
	return Parse(c)
}

func TestDefaults(t *testing.T) {
	cfg, err := Parse(nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Store{MaxSize: 10 << 30, FileSize: 64 << 20, Compression: "gzip"}); cfg.Store != want {
		t.Errorf("store: %+v", cfg.Store)
	}
	if cfg.Format != FormatECS || cfg.Publish.MaxBytes != 32<<20 || !cfg.Redact || !cfg.ExcludeOwn ||
		len(cfg.InternalNetworks) != 1 || cfg.InternalNetworks[0] != "private" {
		t.Errorf("defaults: %+v", cfg)
	}
	if cfg.Finite() {
		t.Error("no input is not a finite one")
	}
}

func TestInputs(t *testing.T) {
	cfg, err := parse(t, `
inputs:
  - {type: file, paths: [a.pcap, "-"], count: 5, tags: [x], fields: {site: lab}}
  - {type: live, enabled: false}
publish.max_bytes: 8MiB
internal_networks: [10.0.0.0/8]
`)
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Inputs) != 2 || len(cfg.Enabled()) != 1 || !cfg.Finite() {
		t.Errorf("inputs: %+v", cfg.Inputs)
	}
	in := cfg.Inputs[0]
	if in.ID != "file-0" || in.Count != 5 || in.SnapLen != 262144 || in.Fields["site"] != "lab" {
		t.Errorf("input: %+v", in)
	}
	if cfg.Publish.MaxBytes != 8<<20 || len(cfg.InternalNetworks) != 1 || cfg.InternalNetworks[0] != "10.0.0.0/8" {
		t.Errorf("config: %+v", cfg)
	}
	if in.After != Keep || in.Close.Inactive != 5*time.Minute || !in.Close.Removed || in.ScanInterval != 10*time.Second {
		t.Errorf("file: %+v", in.File)
	}
	cfg, err = parse(t, `inputs: [{type: file, paths: ["x/**/*.pcap"], watch: true}]`)
	if err != nil || cfg.Finite() {
		t.Errorf("a watched input: %+v, %v", cfg.Inputs, err)
	}
	cfg, err = parse(t, `inputs: [{type: live, interfaces: [lo], buffer_size: 4m}]`)
	if err != nil || cfg.Finite() || cfg.Inputs[0].BufferSize != 4<<20 || !cfg.Inputs[0].Promiscuous {
		t.Errorf("live: %+v, %v", cfg.Inputs, err)
	}
}

func TestErrorsNameKeyValueAndFix(t *testing.T) {
	for name, c := range map[string]struct{ yml, want string }{
		"drop":             {`privileges.drop: some`, `espbeat.privileges.drop: "some": use keep or all`},
		"group alone":      {`privileges.group: staff`, `espbeat.privileges.group: "staff": only with privileges.user`},
		"user root":        {`privileges.user: root`, `espbeat.privileges.user: "root": that is nobody else`},
		"format":           {`format: json`, `espbeat.format: "json": no such format, use ecs, lite or ek`},
		"tshark of lite":   {`{format: lite, dissector.tshark.when: always}`, `espbeat.dissector.tshark.when: "always": documents of format lite`},
		"tshark path":      {`dissector.tshark.path: ""`, `espbeat.dissector.tshark.path: "": name the executable`},
		"processes":        {`dissector.tshark.processes: 0`, `espbeat.dissector.tshark.processes: 0: use 1 to 64`},
		"tshark timeout":   {`dissector.tshark.timeout: 10ms`, `espbeat.dissector.tshark.timeout: 10ms: use a duration from 1s`},
		"tshark packets":   {`dissector.tshark.max_packets: 5`, `espbeat.dissector.tshark.max_packets: 5: tshark takes half a second`},
		"tshark memory":    {`dissector.tshark.max_memory: 1MiB`, `espbeat.dissector.tshark.max_memory: 1048576`},
		"tshark documents": {`dissector.tshark.max_document: 1KiB`, `espbeat.dissector.tshark.max_document: 1024: use 16KiB to 16MiB`},
		"compat":           {`dissect.compat: tcpdump`, `espbeat.dissect.compat: "tcpdump"`},
		"profile":          {`index.profile: huge`, `espbeat.index.profile: "huge": no such profile, use minimal, standard or full`},
		"mode":             {`index.mode: time_series`, `espbeat.index.mode: "time_series"`},
		"source":           {`index.source: none`, `espbeat.index.source: "none"`},
		"source of mode":   {`index: {mode: standard, source: synthetic}`, `espbeat.index.source: "synthetic": an index of mode standard`},
		"network":          {`internal_networks: [10.0.0.0/8, home]`, `espbeat.internal_networks.1: "home"`},
		"flows":            {`flow.max_flows: 0`, `espbeat.flow.max_flows: 0: use 1 to 16777216`},
		"idle":             {`flow.idle: -1s`, `espbeat.flow.idle: -1s: use a duration`},
		"idle tcp":         {`flow.idle_tcp: -1m`, `espbeat.flow.idle_tcp: -1m0s`},
		"fragments":        {`flow.max_fragment_bytes: 1k`, `espbeat.flow.max_fragment_bytes: 1024: use 64KiB`},
		"stream":           {`flow.max_stream_bytes: 100GiB`, `espbeat.flow.max_stream_bytes: 107374182400`},
		"streams":          {`flow.max_streams_bytes: 0`, `espbeat.flow.max_streams_bytes: 0`},
		"summary":          {`{format: lite, flow.summary: true}`, `espbeat.flow.summary: true: format lite has no documents of flows, use format ecs`},
		"overlap":          {`flow.overlap: linux`, `espbeat.flow.overlap: "linux": no such policy, use first or last`},
		"file_size":        {`store.file_size: 1k`, `espbeat.store.file_size: 1024: use 1MiB to 4GiB`},
		"max_size":         {`store: {file_size: 1GiB, max_size: 1GiB}`, `espbeat.store.max_size: 1073741824: use at least twice espbeat.store.file_size, 2147483648`},
		"max_age":          {`store.max_age: 1s`, `espbeat.store.max_age: 1s: use a duration of 1m0s or more`},
		"compression":      {`store.compression: lz4`, `espbeat.store.compression: "lz4": no such compression, use gzip, zstd or none`},
		"encoders":         {`publish.encoders: -1`, `espbeat.publish.encoders: -1`},
		"max_bytes":        {`publish.max_bytes: 1k`, `espbeat.publish.max_bytes: 1024`},
		"max_bytes unit":   {`publish.max_bytes: 5 parsecs`, `"5 parsecs" is not a size`},
		"shutdown":         {`shutdown_timeout: -1s`, `espbeat.shutdown_timeout: -1s`},
		"timeout":          {`publish.timeout: -1s`, `espbeat.publish.timeout: -1s`},
		"type":             {`inputs: [{type: files, paths: [a]}]`, `espbeat.inputs.0.type: "files": no such input, use file or live`},
		"no type":          {`inputs: [{paths: [a]}]`, `espbeat.inputs.0.type: ""`},
		"no paths":         {`inputs: [{type: file}]`, `espbeat.inputs.0.paths: []: nothing to read`},
		"empty path":       {`inputs: [{type: file, paths: [""]}]`, `espbeat.inputs.0.paths: ""`},
		"ignore_older":     {`inputs: [{type: file, paths: [a], ignore_older: -1s}]`, `espbeat.inputs.0.ignore_older: -1s`},
		"scan_interval":    {`inputs: [{type: file, paths: [a], scan_interval: 0s}]`, `espbeat.inputs.0.scan_interval: 0s: use a duration of 100ms or more`},
		"close.inactive":   {`inputs: [{type: file, paths: [a], close.inactive: 1ms}]`, `espbeat.inputs.0.close.inactive: 1ms`},
		"close":            {`inputs: [{type: file, paths: [a], close.inactiv: 1ms}]`, `espbeat.inputs.0.close.inactiv: set: no such setting`},
		"watched stdin":    {`inputs: [{type: file, paths: ["-"], watch: true}]`, `espbeat.inputs.0.paths: "-": standard input cannot be watched`},
		"after":            {`inputs: [{type: file, paths: [a], after: burn}]`, `espbeat.inputs.0.after: "burn": no such action, use keep, move or delete`},
		"move_to":          {`inputs: [{type: file, paths: [a], after: move}]`, `espbeat.inputs.0.move_to: "": say which folder`},
		"after and count":  {`inputs: [{type: file, paths: [a], after: delete, count: 5}]`, `espbeat.inputs.0.after: "delete": a file of which count leaves`},
		"move_to alone":    {`inputs: [{type: file, paths: [a], move_to: b}]`, `espbeat.inputs.0.move_to: "b": only with after: move`},
		"capture id":       {`inputs: [{type: file, paths: [a], capture: {id: a/b, root: /a}}]`, `espbeat.inputs.0.capture.id: "a/b": no name of a capture folder`},
		"capture root":     {`inputs: [{type: file, paths: [a], capture: {id: a, root: a}}]`, `espbeat.inputs.0.capture.root: "a": use the whole path`},
		"capture gone":     {`inputs: [{type: file, paths: [a], after: delete, capture: {id: a, root: /a}}]`, `espbeat.inputs.0.capture.id: "a": documents would name files that after: delete takes away`},
		"capture of lite":  {`inputs: [{type: file, paths: [a], format: lite, capture: {id: a, root: /a}}]`, `espbeat.inputs.0.capture.id: "a": format lite has no field for it`},
		"exclude":          {`inputs: [{type: file, paths: [a], exclude: ["[a"]}]`, `espbeat.inputs.0.exclude.0: "[a": no pattern`},
		"no interfaces":    {`inputs: [{type: live}]`, `espbeat.inputs.0.interfaces: []`},
		"no glob":          {`inputs: [{type: live, interfaces: ["eth[0"]}]`, `espbeat.inputs.0.interfaces.0: "eth[0": no pattern`},
		"no exclude glob":  {`inputs: [{type: live, interfaces: ["*"], exclude_interfaces: [lo, "["]}]`, `espbeat.inputs.0.exclude_interfaces.1: "[": no pattern`},
		"empty exclude":    {`inputs: [{type: live, interfaces: ["*"], exclude_interfaces: [""]}]`, `espbeat.inputs.0.exclude_interfaces: ""`},
		"exclude of names": {`inputs: [{type: live, interfaces: [eth0], exclude_interfaces: [lo]}]`, `use a glob such as * in interfaces`},
		"buffer time":      {`inputs: [{type: live, interfaces: [lo], buffer_time: 1h}]`, `espbeat.inputs.0.buffer_time: 1h0m0s`},
		"netns":            {`inputs: [{type: live, interfaces: [lo], netns: a/b}]`, `espbeat.inputs.0.netns: "a/b": no network namespace`},
		"snaplen":          {`inputs: [{type: live, interfaces: [lo], snaplen: 10}]`, `espbeat.inputs.0.snaplen: 10`},
		"buffer":           {`inputs: [{type: live, interfaces: [lo], buffer_size: 10}]`, `espbeat.inputs.0.buffer_size: 10`},
		"engine":           {`inputs: [{type: live, interfaces: [lo], engine: dpdk}]`, `espbeat.inputs.0.engine: "dpdk"`},
		"fanout":           {`inputs: [{type: live, interfaces: [lo], fanout: 0}]`, `espbeat.inputs.0.fanout: 0`},
		"every":            {`inputs: [{type: file, paths: [a], sampling: {every: -2}}]`, `espbeat.inputs.0.sampling.every: -2: 1 in so many is kept, use 2 to`},
		"every packet":     {`inputs: [{type: file, paths: [a], sampling: {every: 1}}]`, `espbeat.inputs.0.sampling.every: 1`},
		"by":               {`inputs: [{type: file, paths: [a], sampling: {every: 2, by: host}}]`, `espbeat.inputs.0.sampling.by: "host": no such thing to sample by, use packet or flow`},
		"payload":          {`inputs: [{type: file, paths: [a], payload.bytes: 5000}]`, `espbeat.inputs.0.payload.bytes: 5000: use 1 to 4095 bytes`},
		"flows of ek":      {`{format: ek, flow.summary: true}`, `espbeat.flow.summary: true: format ek has no documents of flows, use format ecs`},
		"payload of lite":  {`inputs: [{type: file, paths: [a], format: lite, payload.bytes: 5}]`, `espbeat.inputs.0.payload.bytes: 5: format lite has no field for it`},
		"raw of lite":      {`inputs: [{type: live, interfaces: [lo], format: lite, payload.raw: true}]`, `espbeat.inputs.0.payload.raw: true: format lite has no field for it`},
		"by without every": {`inputs: [{type: file, paths: [a], sampling: {by: flow}}]`, `espbeat.inputs.0.sampling.by: "flow": nothing is sampled, set every too`},
		"sampling unknown": {`inputs: [{type: file, paths: [a], sampling: {rate: 2}}]`, `espbeat.inputs.0.sampling.rate: set: no such setting`},
		"shedding":         {`inputs: [{type: file, paths: [a], shedding.enabled: true}]`, `espbeat.inputs.0.shedding.enabled: true: only with type: live`},
		"window":           {`inputs: [{type: file, paths: [a], dedup: {window: -1s}}]`, `espbeat.inputs.0.dedup.window: -1s: use a duration such as 50ms`},
		"long window":      {`inputs: [{type: live, interfaces: [lo], dedup: {window: 1m}}]`, `espbeat.inputs.0.dedup.window: 1m0s`},
		"ttl alone":        {`inputs: [{type: live, interfaces: [lo], dedup: {ttl: true}}]`, `espbeat.inputs.0.dedup.ttl: true: copies are kept, set window too`},
		"same id":          {`inputs: [{id: a, type: file, paths: [a]}, {id: a, type: file, paths: [b]}]`, `espbeat.inputs.1.id: "a": already the id of espbeat.inputs.0`},
		"unknown":          {`redakt: true`, `espbeat.redakt: set: no such setting, did you mean redact?`},
		"unknown nested":   {`publish.max_byte: 1`, `espbeat.publish.max_byte`},
		"unknown in input": {`inputs: [{type: file, path: a}]`, `espbeat.inputs.0.path: set: no such setting, did you mean paths?`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(t, c.yml)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestSamplingAndDedup(t *testing.T) {
	cfg, err := parse(t, `inputs: [{type: live, interfaces: [lo], sampling: {every: 10, by: flow}, dedup: {window: 50ms, ttl: true}}, {type: file, paths: [a], sampling.every: 3}, {type: file, paths: [b]}]`)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []Input{
		{Sampling: Sampling{Every: 10, By: ByFlow}, Dedup: Dedup{Window: 50 * time.Millisecond, TTL: true}},
		{Sampling: Sampling{Every: 3, By: ByPacket}}, {Sampling: Sampling{By: ByPacket}},
	} {
		if in := cfg.Inputs[i]; in.Sampling != want.Sampling || in.Dedup != want.Dedup {
			t.Errorf("input %d: %+v, %+v; want %+v, %+v", i, in.Sampling, in.Dedup, want.Sampling, want.Dedup)
		}
	}
}
