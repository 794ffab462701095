// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
)

// sampleEvents are a document of each stream: the answer to a DNS query and the flow of a web request of the capture at path, and what became of its
// packets.
func sampleEvents(path string) (map[string][]byte, error) {
	source, err := capture.Open(path, capture.FileOptions{})
	if err != nil {
		return nil, err
	}
	defer source.Close()
	opt := document.Options{Hostname: "sensor", Interfaces: source.Interfaces}
	found := map[string]map[string]any{}
	note := func(stream string, text []byte, is func(map[string]any) bool) error {
		if found[stream] != nil {
			return nil
		}
		var doc map[string]any
		if err := json.Unmarshal(text, &doc); err != nil {
			return fmt.Errorf("parse a document of %s: %w", path, err)
		}
		if is(doc) {
			found[stream] = doc
		}
		return nil
	}
	run := engine.New(source, all.Registry(), engine.Options{Flows: true})
	enc := document.NewEncoder(opt)
	var last int64
	var flows uint64
	for b, ended := (&engine.Batch{}), false; !ended; {
		if err = run.Next(b); err != nil {
			if err != io.EOF {
				return nil, fmt.Errorf("read %s: %w", path, err)
			}
			ended = true
			run.End(b)
		}
		for i := range b.Records {
			last = b.Records[i].Time
			if err := note("packet", enc.Append(nil, b, &b.Records[i]), func(doc map[string]any) bool { return value(doc, "dns", "answers") != nil }); err != nil {
				return nil, err
			}
		}
		flows += uint64(len(b.Flows))
		for _, f := range b.Flows {
			if err := note("flow", enc.AppendFlow(nil, f), func(doc map[string]any) bool { return value(doc, "network", "protocol") == "http" }); err != nil {
				return nil, err
			}
		}
	}
	seen := run.Stats().Seen
	ledger := document.NewLedger(opt, document.Ledger{Number: 1, Time: last, Input: "default", Seen: seen, Acknowledged: seen, Flows: flows})
	if err := note("ledger", ledger.JSON(), func(map[string]any) bool { return true }); err != nil {
		return nil, err
	}
	events := map[string][]byte{}
	for _, s := range streams {
		doc := found[s.name]
		if doc == nil {
			return nil, fmt.Errorf("%s has no packet for the sample event of %s: choose another", path, s.name)
		}
		// What the agent sets by the policy.
		doc["data_stream"] = map[string]any{"type": "logs", "dataset": s.dataset(), "namespace": "default"}
		if event, ok := doc["event"].(map[string]any); ok {
			event["dataset"] = s.dataset()
		}
		if events[s.name], err = indented(doc); err != nil {
			return nil, err
		}
	}
	return events, nil
}

// value is that at a path of an object, or nil.
func value(doc map[string]any, path ...string) any {
	var v any = doc
	for _, name := range path {
		o, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = o[name]
	}
	return v
}

// pipelineTest has elastic-package run a sample event through the ingest pipeline, which must leave it as it is.
func pipelineTest(s *stream, event []byte) map[string][]byte {
	list := func(key string) []byte {
		return fmt.Appendf(nil, "{\n    %q: [\n%s\n    ]\n}\n", key, bytes.TrimSpace(event))
	}
	name := "test-" + s.name + ".json"
	return map[string][]byte{name: list("events"), name + "-expected.json": list("expected")}
}

// indented is the JSON of v as package files have it.
func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "    ")
	err := enc.Encode(v)
	return b.Bytes(), err
}
