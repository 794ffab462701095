// SPDX-License-Identifier: Apache-2.0

package ek

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// mark is what a cut document says of itself.
type mark struct {
	Bytes, Values int
	Fields        []string
}

// cutTo makes the document of the layers in at most limit bytes, and checks what all of those have to be.
func cutTo(t *testing.T, layers string, limit int) (layersOf map[string]any, m mark) {
	t.Helper()
	line := packet(layers)
	doc, info, err := Document([]byte("before "), []byte(line), limit)
	if err != nil {
		t.Fatal(err)
	}
	doc = doc[len("before "):]
	if len(doc) > limit {
		t.Errorf("%d bytes, the limit is %d", len(doc), limit)
	}
	if key := repeatedKey(doc); key != "" {
		t.Errorf("%s is there again", key)
	}
	var d struct {
		Timestamp string
		Layers    map[string]any
		Truncated mark
	}
	if err := json.Unmarshal(doc, &d); err != nil {
		t.Fatal(err)
	}
	if d.Timestamp != "1438233730468" || d.Layers["frame"].(map[string]any)["frame_frame_number"] != "7" {
		t.Errorf("timestamp and frame are %q, %v", d.Timestamp, d.Layers["frame"])
	}
	if d.Truncated.Values != info.LeftOut {
		t.Errorf("the mark says %d values, Info %d", d.Truncated.Values, info.LeftOut)
	}
	return d.Layers, d.Truncated
}

func hex(n int) string { return `"` + strings.Repeat("0", n) + `"` }

func TestLargestValuesAreLeftOut(t *testing.T) {
	layers := `"tcp":{"port":"80","payload":` + hex(40000) + `},"http":{"data":[` + hex(9000) + `,"short",` + hex(50000) + `],"text":` + hex(200) + `,"data":` + hex(8000) + `}`
	left, m := cutTo(t, layers, 30000)
	whole, _, err := Document(nil, []byte(packet(layers)), DefaultLimit)
	if err != nil || m.Bytes != len(whole) || m.Values != 2 || fmt.Sprint(m.Fields) != "[layers.http.data layers.tcp.payload]" {
		t.Errorf("mark %v of %d bytes, %v", m, len(whole), err)
	}
	tcp, http := left["tcp"].(map[string]any), left["http"].(map[string]any)
	if v, there := tcp["payload"]; !there || v != nil || tcp["port"] != "80" {
		t.Errorf("tcp is %.200v", tcp)
	}
	data := http["data"].([]any)
	if len(data) != 4 || len(data[0].(string)) != 9000 || data[1] != "short" || data[2] != nil || len(data[3].(string)) != 8000 || len(http["text"].(string)) != 200 {
		t.Errorf("http is %.200v", http)
	}
}

// TestLimitIsKept at every size around that of the document.
func TestLimitIsKept(t *testing.T) {
	layers := `"http":{"data":` + hex(MinLimit) + `}`
	whole := len(packet(layers))
	for limit := whole - 3; limit <= whole+3; limit++ {
		_, m := cutTo(t, layers, limit)
		if cut := m.Values > 0; cut != (limit < whole) {
			t.Errorf("of %d bytes, with the limit %d, %d values are left out", whole, limit, m.Values)
		}
	}
}

func TestSmallLimitIsTheLeast(t *testing.T) {
	layers := `"http":{"data":` + hex(MinLimit-500) + `}`
	if _, info, err := Document(nil, []byte(packet(layers)), 1); err != nil || info.LeftOut != 0 {
		t.Errorf("%v, %v", info, err)
	}
}

// TestLayersAreLeftOut when there is nothing but small values in them, the largest layer first.
func TestLayersAreLeftOut(t *testing.T) {
	small := strings.Repeat(`"0123456789",`, 5000) + `""`
	left, m := cutTo(t, `"eth":{"a":"b"},"dns":{"text":[`+small+`]},"ip":{"text":["",`+small+`,`+small+`]}`, 80000)
	if left["ip"] != nil || left["dns"] == nil || left["eth"] == nil || m.Values != 1 || fmt.Sprint(m.Fields) != "[layers.ip]" {
		t.Errorf("left %.100v, mark %v", left, m)
	}
}

func TestManyFieldsAreCounted(t *testing.T) {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, `,"f%d":%s`, i, hex(1000))
	}
	_, m := cutTo(t, `"x":{"`+strings.Repeat("k", 300)+`":`+hex(2000)+b.String()+`}`, 20000)
	if len(m.Fields) != markFields || m.Values < 85 || m.Fields[0] != "layers.x.f0" {
		t.Errorf("mark %v", m)
	}
}

func TestTooLargeWithoutAnything(t *testing.T) {
	for name, line := range map[string]string{
		"frame":      strings.Replace(packet(`"a":{}`), `"frame":{`, `"frame":{"a":`+hex(MinLimit)+",", 1),
		"own marked": strings.Replace(packet(`"a":`+hex(MinLimit)), `"layers"`, `"truncated":1,"layers"`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			got, info, err := Document([]byte("before"), []byte(line), MinLimit)
			if err == nil || !strings.Contains(err.Error(), "larger than 16384 bytes") || string(got) != "before" || info != (Info{}) {
				t.Errorf("%.100s, %v, %v", got, info, err)
			}
		})
	}
}
