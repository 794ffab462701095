// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"regexp"
	"strconv"
	"strings"
)

// ledger is the block that ends a run that publishes.
type ledger map[string]int

var ledgerLine = regexp.MustCompile(`(?m)^(?:espbeat: +| +)([a-z, ]+?) {2,}(\d+)$`)

// ledger reads the block out of stderr, and fails the test unless it closes.
func (r result) ledger() ledger {
	r.t.Helper()
	l := ledger{}
	at := strings.LastIndex(r.err, "packets seen")
	if at < 0 {
		r.t.Fatalf("espbeat %q: no ledger on stderr:\n%s", r.args, tail(r.err, 3000))
	}
	block := r.err[strings.LastIndexByte(r.err[:at], '\n')+1:]
	for _, m := range ledgerLine.FindAllStringSubmatch(block, -1) {
		n, err := strconv.Atoi(m[2])
		if err != nil {
			r.t.Fatal(err)
		}
		l[m[1]] = n
	}
	sum := 0
	for _, name := range []string{"acknowledged", "acknowledged before", "duplicates skipped", "filtered", "left out, sampling", "left out, copies", "own connections", "dropped by kernel", "dropped, no memory", "dropped at stop", "not acknowledged"} {
		sum += l[name]
	}
	if sum != l["packets seen"] {
		r.t.Errorf("espbeat %q: the ledger does not close, %d of %d packets are accounted for:\n%s", r.args, sum, l["packets seen"], block)
	}
	return l
}

// outcomes is what became of the documents that the output acknowledged.
func (l ledger) outcomes() int {
	return l["documents stored"] + l["already there"] + l["rejected"] + l["to the dead letters"]
}

// accounts fails the test unless the ledger says so; names that are not given must be 0.
func (r result) accounts(want ledger) result {
	r.t.Helper()
	got := r.ledger()
	for name := range got {
		if got[name] != want[name] {
			r.t.Errorf("espbeat %q: %s: %d, want %d; stderr:\n%s", r.args, name, got[name], want[name], tail(r.err, 2000))
		}
	}
	for name := range want {
		if _, ok := got[name]; !ok {
			r.t.Errorf("espbeat %q: the ledger does not speak of %s", r.args, name)
		}
	}
	if n := got["acknowledged"] + got["of flows"]; n != got.outcomes() {
		r.t.Errorf("espbeat %q: %d documents acknowledged, %d accounted for:\n%s", r.args, n, got.outcomes(), tail(r.err, 2000))
	}
	return r
}
