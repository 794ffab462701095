// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestQueryRun searches by a display filter: the documents are those of the packets that the filter finds in the file, in their order.
func TestQueryRun(t *testing.T) {
	s := server(t)
	index := stream(t, s)
	run(t, "--file", demo(), "--node", s.URL, "--index", index).exits(0)
	s.Refresh(index)
	const filter = "dns && ip.src == 192.0.2.0/24"
	want := parse(t, run(t, "--file", demo(), "-Y", filter, "--format", "ecs").exits(0).out)
	query := func(args ...string) []document {
		t.Helper()
		return parse(t, run(t, append([]string{"query", "--run", "--node", s.URL, "--index", index, "--filter", filter}, args...)...).exits(0).silent().out)
	}
	got := query()
	if g, w := inOrder(t, got), inOrder(t, want); !slices.Equal(g, w) || len(w) < 10 {
		t.Fatalf("packets %v, want %v", g, w)
	}
	for i := range got {
		for _, path := range []string{"dns.question.name", "packet.layers", "flow.id"} {
			if g, w := fmt.Sprint(got[i].at(path)), fmt.Sprint(want[i].at(path)); g != w {
				t.Errorf("%s of packet %d is %s, in the file %s", path, want[i].number(t), g, w)
			}
		}
	}
	if some := query("--limit", "3"); !slices.Equal(inOrder(t, some), inOrder(t, want)[:3]) {
		t.Errorf("--limit 3: packets %v", inOrder(t, some))
	}
	from, to := fmt.Sprint(want[2].at("@timestamp")[0]), fmt.Sprint(want[5].at("@timestamp")[0])
	if some := query("--from", from, "--to", to); !slices.Equal(inOrder(t, some), inOrder(t, want)[2:5]) {
		t.Errorf("--from %s --to %s: packets %v, want %v", from, to, inOrder(t, some), inOrder(t, want)[2:5])
	}

	run(t, "query", "--run", "--node", "ftp://x", "--filter", "ip").exits(2)
	if r := run(t, "query", "--run", "--node", s.URL, "--index", "no-such-index", "--filter", "ip").exits(1); !strings.Contains(r.err, "no-such-index") {
		t.Errorf("an index that is missing: %s", r.err)
	}
	if r := run(t, "query", "--run", "--node", s.URL, "--index", index, "--filter", "ip", "--from", "yesterday").exits(1); !strings.Contains(r.err, "yesterday") {
		t.Errorf("a time that is none: %s", r.err)
	}
}

// inOrder are the numbers of the packets, as they come.
func inOrder(t *testing.T, docs []document) (n []int) {
	t.Helper()
	for _, d := range docs {
		n = append(n, d.number(t))
	}
	return n
}
