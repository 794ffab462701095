// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
	"github.com/espbeat/espbeat/field"
)

// leaves adds the texts of all values below v to m, by field.
func leaves(m map[string]map[string]bool, name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, x := range v {
			if name != "" {
				key = name + "." + key
			}
			leaves(m, key, x)
		}
	case []any:
		for _, x := range v {
			leaves(m, name, x)
		}
	default:
		if m[name] == nil {
			m[name] = map[string]bool{}
		}
		m[name][fmt.Sprint(v)] = true
	}
}

// What Fields says of a packet is what its document has, field by field.
func TestFieldsAreTheDocuments(t *testing.T) {
	if _, err := os.Stat(demo); err != nil {
		t.Skipf("no demo capture (%v): make it with tests/demo/make.sh", err)
	}
	packets := enginetest.Read(t, demo)
	invalid := enginetest.Ethernet(enginetest.TCP(1, 2, 40000, 80, 0x18, 1, 1, "GET /\xff\xfe HTTP/1.1\r\nHost: a\xc3\r\n\r\n"))
	for _, packets := range [][]capture.Packet{packets, invalid} {
		opt := document.Options{CaptureID: [10]byte{9: 1}, Profile: field.Full}
		fields := document.NewFields(document.Options{CaptureID: opt.CaptureID}) // whatever the profile
		for _, x := range encode(t, opt, engine.Options{}, packets...) {
			want := map[string]map[string]bool{}
			leaves(want, "", x.parsed)
			fields.Of(x.batch, x.record)
			for _, def := range append(field.Defs(), field.Def{Name: "@timestamp"}, field.Def{Name: "no.such.field"}) {
				got := map[string]bool{}
				fields.Values(def.Name, func(v string) bool { got[string([]byte(v))] = true; return true })
				if !maps.Equal(got, want[def.Name]) {
					t.Fatalf("packet %d, %s: %q, the document has %q", x.record.Number, def.Name, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want[def.Name])))
				}
			}
		}
	}
}

// A caller that has what it asks for is given no more.
func TestFieldsStop(t *testing.T) {
	x := encode(t, document.Options{}, engine.Options{}, enginetest.Ethernet(enginetest.TCP(1, 2, 40000, 80, 0x02, 1, 0, ""))...)[0]
	fields := document.NewFields(document.Options{})
	fields.Of(x.batch, x.record)
	n := 0
	fields.Values("packet.layers", func(string) bool { n++; return false })
	if n != 1 {
		t.Errorf("%d values after a no", n)
	}
}
