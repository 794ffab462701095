// SPDX-License-Identifier: Apache-2.0

package fleetpackage

import (
	"reflect"
	"testing"
)

func TestBuilt(t *testing.T) {
	b, err := Build(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	docs := []map[string]any{
		{"source": map[string]any{"ip": "192.0.2.1", "nope": 1}, "fields": map[string]any{"any": map[string]any{"thing": 1}}},
		{"dns": map[string]any{"answers": []any{map[string]any{"name": "a", "other": 1}, map[string]any{"other": 2}}}, "none": "x"},
	}
	got, err := b.Unmapped("packet", docs)
	if want := []string{"dns.answers.other", "none", "source.nope"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	p, err := b.Pipeline("packet", "mine")
	if list, _ := p["processors"].([]any); err != nil || len(list) != 1 || p["on_failure"] == nil {
		t.Errorf("the pipeline does more than calling that of the user: %v, %v", p, err)
	}
	if _, err := b.Component("none", ""); err == nil {
		t.Error("a data stream that is not there has a template")
	}
}
