// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"
	"time"

	"github.com/espbeat/espbeat/tools/searchbench/searches"
)

func TestTable(t *testing.T) {
	got := table([]searches.Result{{Name: "VLAN", Hits: 3, Took: []time.Duration{time.Millisecond, 2500 * time.Microsecond}}})
	const want = "| search | packets found | p50, ms | p95, ms |\n|---|---|---|---|\n| VLAN | 3 | 1.0 | 2.5 |\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFlagsAreChecked(t *testing.T) {
	for _, args := range [][]string{{"-runs", "0"}, {"-warm", "-1"}, {"-store", "x"}, {"-packets", "x"}} {
		if err := run(t.Context(), args, nil); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
