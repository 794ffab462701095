// SPDX-License-Identifier: Apache-2.0

package dblsp

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/json"
)

const announced = `{"host_int": 340282366920938463463374607431768211455, "version": [1, 8], "displayname": "laptop", "port": 17500, "namespaces": [20524257, "639539072"]}`

func TestAnnouncements(t *testing.T) {
	for name, tt := range map[string]struct {
		text      string
		malformed string
		want      map[string]string
	}{
		"all members": {announced, "", map[string]string{"db_lsp_disc.host_int": "340282366920938463463374607431768211455", "db_lsp_disc.version": "1.8", "db_lsp_disc.displayname": "laptop",
			"db_lsp_disc.port": "17500", "db_lsp_disc.namespaces": "20524257,639539072"}},
		"an empty name":          {`{"host_int": 1, "displayname": ""}`, "", map[string]string{"db_lsp_disc.host_int": "1", "db_lsp_disc.displayname": "", "db_lsp_disc.version": "", "db_lsp_disc.port": ""}},
		"members of other types": {`{"host_int": {}, "version": 2, "displayname": 3, "port": 70000, "namespaces": {"a": 1}}`, "", map[string]string{"db_lsp_disc.host_int": "", "db_lsp_disc.version": "", "db_lsp_disc.displayname": "", "db_lsp_disc.port": "", "db_lsp_disc.namespaces": ""}},
		"no JSON":                {`{"host_int": 1`, "json", map[string]string{"db_lsp_disc.host_int": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			r := dissecttest.New(nil, Protocol, json.Protocol).Run(Protocol, []byte(tt.text), len(tt.text))
			if r.Layers != "db-lsp-disc:json" || r.Malformed != tt.malformed {
				t.Errorf("layers %q malformed %q", r.Layers, r.Malformed)
			}
			r.Check(t, tt.want)
		})
	}
	b := dissecttest.New(nil, Protocol, json.Protocol)
	b.Cut(t, Protocol, []byte(announced))
	if b.Dissect(Protocol, []byte(announced), len(announced)); b.Summary(Protocol) != "Host 340282366920938463463374607431768211455 laptop, Version 1.8, Port 17500" {
		t.Errorf("%q", b.Summary(Protocol))
	}
	if b.Dissect(Protocol, []byte("{}"), 2); b.Summary(Protocol) != "Dropbox LAN sync Discovery Protocol" {
		t.Errorf("%q", b.Summary(Protocol))
	}
	many := `{"namespaces": [1` + strings.Repeat(", 1", maxNamespaces) + "]}"
	if n := len(b.Run(Protocol, []byte(many), len(many)).Fields["db_lsp_disc.namespaces"]); n != maxNamespaces || !b.Out.Cut {
		t.Errorf("%d namespaces, cut %v", n, b.Out.Cut)
	}
}

func TestRecognition(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{announced: {true, true}, "{}": {true, false}, "x": {}, "": {}})
}

func FuzzDropbox(f *testing.F) {
	f.Add([]byte(announced), 0)
	b := dissecttest.New(nil, Protocol, json.Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
		if guess(data) && !accept(data) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
