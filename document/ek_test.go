// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
	"github.com/espbeat/espbeat/field"
)

const said = `{"frame":{"frame_frame_number":"1"},"x":[{"n":3,"f":1.5,"ok":false},null]}`

// asked is a record that tshark was asked about.
func asked(t *testing.T, cut string) (*engine.Batch, *engine.Record) {
	t.Helper()
	b := &engine.Batch{}
	packets := enginetest.Ethernet(enginetest.TCP(1, 2, 40000, 80, 0x02, 1, 0, ""))
	if err := engine.New(&enginetest.Source{Packets: packets, PerBatch: 1}, registry(), engine.Options{}).Next(b); err != nil {
		t.Fatal(err)
	}
	r := &b.Records[0]
	r.Time, r.Tshark = 1_700_000_000_123_456_789, []byte(said)
	if cut != "" {
		r.TsharkCut = []byte(cut)
	}
	return b, r
}

// TestEK: the document is tshark's, and its members are the same as a whole, one by one and as plain values.
func TestEK(t *testing.T) {
	for _, c := range []struct{ cut, want string }{
		{"", `{"timestamp":"1700000000123","layers":` + said + `}`},
		{`{"bytes":5}`, `{"timestamp":"1700000000123","layers":` + said + `,"truncated":{"bytes":5}}`},
	} {
		b, r := asked(t, c.cut)
		enc, mem := document.NewTshark([10]byte{9: 1}), &document.Memory{}
		enc.Encode(mem, b, r) // which the next one comes behind
		d := enc.Encode(mem, b, r)
		if got := string(d.JSON()); got != c.want || got != string(enc.Append(nil, r)) {
			t.Errorf("%s, want %s", got, c.want)
		}
		if d.ID() != string(document.AppendID(nil, [10]byte{9: 1}, 1)) || d.Timestamp().UnixNano() != r.Time {
			t.Errorf("id %s, time %s", d.ID(), d.Timestamp())
		}
		sameMembers(t, &d)
	}
}

// TestLayers: a document of format ecs has what tshark says under layers.
func TestLayers(t *testing.T) {
	b, r := asked(t, "")
	enc := document.NewEncoder(document.Options{Profile: field.Standard})
	d := enc.Encode(&document.Memory{}, b, r)
	m, err := parseDocument(d.JSON())
	if err != nil {
		t.Fatal(err)
	}
	want, err := parseDocument([]byte(said))
	if err != nil || !reflect.DeepEqual(m["layers"], any(want)) || m["source"] == nil {
		t.Errorf("%v: %s", err, d.JSON())
	}
	if !document.Has("layers") {
		t.Error("nobody knows that documents may have the key layers")
	}
	sameMembers(t, &d)
	if got := text(t, enc.Map(b, r)["layers"]); got != text(t, want) {
		t.Errorf("as plain values: %s, want %s", got, said)
	}
}

func sameMembers(t *testing.T, d *document.Document) {
	t.Helper()
	m, err := parseDocument(d.JSON())
	if err != nil {
		t.Fatal(err)
	}
	for i := range d.Len() {
		v, err := parseDocument([]byte(`{"v":` + string(d.AppendValue(nil, i)) + "}"))
		if err != nil || !reflect.DeepEqual(v["v"], m[d.Key(i)]) {
			t.Errorf("%s: %v, the document has %v (%v)", d.Key(i), v["v"], m[d.Key(i)], err)
		}
	}
	last := d.Key(d.Len() - 1)
	if got := text(t, d.Value(d.Len()-1)); got != text(t, m[last]) {
		t.Errorf("%s as plain values: %s, want %s", last, got, text(t, m[last]))
	}
}

// text is a value as JSON.
func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
