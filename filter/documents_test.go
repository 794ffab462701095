// SPDX-License-Identifier: Apache-2.0

package filter_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
	"github.com/espbeat/espbeat/field"
)

var registry = all.Registry()

// layers are the protocols that documents may name.
var layers = func() (names []string) {
	for _, p := range registry.All {
		names = append(names, p.Name)
	}
	return names
}()

// doc is a document's JSON, parsed.
type doc map[string]any

// Values implements filter.Document.
func (d doc) Values(name string, f func(string) bool) {
	values(map[string]any(d), name, f)
}

func values(v any, path string, f func(string) bool) bool {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			if !values(x, path, f) {
				return false
			}
		}
	case map[string]any:
		name, below, _ := strings.Cut(path, ".")
		if v[name] != nil {
			return values(v[name], below, f)
		}
	case string:
		return f(v)
	case json.Number:
		return f(v.String())
	case bool:
		return f(map[bool]string{true: "true", false: "false"}[v])
	}
	return true
}

// documents are those of packets, by packet number.
func documents(t *testing.T, packets []capture.Packet, profile field.Profile) map[uint64]doc {
	t.Helper()
	e := engine.New(&enginetest.Source{Packets: packets, PerBatch: 50}, registry, engine.Options{Dissect: dissect.Options{Wireshark: true}})
	enc := document.NewEncoder(document.Options{Profile: profile})
	docs := map[uint64]doc{}
	for b := (&engine.Batch{}); ; b = new(engine.Batch) {
		if err := e.Next(b); errors.Is(err, io.EOF) {
			return docs
		} else if err != nil {
			t.Fatal(err)
		}
		for i := range b.Records {
			dec := json.NewDecoder(strings.NewReader(string(enc.Append(nil, b, &b.Records[i]))))
			dec.UseNumber()
			var d doc
			if err := dec.Decode(&d); err != nil {
				t.Fatal(err)
			}
			docs[b.Records[i].Number] = d
		}
	}
}
