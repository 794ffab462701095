// SPDX-License-Identifier: Apache-2.0

package ek

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// espcaps are the fields of Espcap's template, of tshark 3.0.
var espcaps = []string{
	"frame.frame_interface_id_frame_interface_name", "frame.frame_frame_protocols", "ip.ip_ip_src", "ip.ip_ip_dst", "ip.ip_ip_version",
	"udp.udp_udp_srcport", "udp.udp_udp_dstport", "tcp.tcp_tcp_srcport", "tcp.tcp_tcp_dstport", "tcp.tcp_flags_tcp_flags_str", "tcp.tcp_flags_tcp_flags_urg",
	"tcp.tcp_flags_tcp_flags_ack", "tcp.tcp_flags_tcp_flags_push", "tcp.tcp_flags_tcp_flags_reset", "tcp.tcp_flags_tcp_flags_syn",
	"tcp.tcp_flags_tcp_flags_fin", "tcp.tcp_tcp_seq", "tcp.tcp_tcp_ack", "tcp.tcp_tcp_window_size",
}

// template is Template as Elasticsearch reads it.
type template struct {
	Mappings struct {
		Dynamic any
		Source  struct{ Excludes []string } `json:"_source"`
		Runtime map[string]struct {
			Type   string
			Script struct{ Source string }
		}
		Properties map[string]struct {
			Type       string
			Dynamic    bool
			Properties map[string]struct {
				Properties map[string]struct{ Type, Path string }
			}
		}
		DynamicTemplates []any `json:"dynamic_templates"`
	}
}

func templateOf(t *testing.T, all bool) (mapped template) {
	t.Helper()
	b, err := json.Marshal(Template(all))
	if err == nil {
		err = json.Unmarshal(b, &mapped)
	}
	if err != nil {
		t.Fatal(err)
	}
	return mapped
}

func TestEspcapsFieldsAreMapped(t *testing.T) {
	for _, all := range []bool{false, true} {
		m := templateOf(t, all).Mappings
		typeOf := func(name string) string {
			layer, field, _ := strings.Cut(name, ".")
			f := m.Properties["layers"].Properties[layer].Properties[field]
			if f.Type == "alias" {
				layer, field, _ = strings.Cut(strings.TrimPrefix(f.Path, "layers."), ".")
				return m.Properties["layers"].Properties[layer].Properties[field].Type
			}
			if r, ok := m.Runtime["layers."+name]; ok {
				return r.Type
			}
			return f.Type
		}
		for _, name := range espcaps {
			want := []string{"integer", "long"} // Espcap's integer is too small for sequence numbers
			switch {
			case strings.Contains(name, "interface"), strings.HasSuffix(name, "_str"):
				want = []string{"keyword"}
			case strings.HasSuffix(name, "protocols"):
				want = []string{"text"}
			case strings.HasSuffix(name, "src"), strings.HasSuffix(name, "dst"):
				want = []string{"ip"}
			}
			if got := typeOf(name); !slices.Contains(want, got) {
				t.Errorf("%s is mapped as %q, want %v", name, got, want)
			}
		}
		if len(typed) != len(espcaps) {
			t.Errorf("%d fields have a type, Espcap's template has %d", len(typed), len(espcaps))
		}
		if m.Dynamic != false || m.Properties["layers"].Dynamic != all || len(m.DynamicTemplates) > 0 != all || !slices.Equal(m.Source.Excludes, []string{"@timestamp"}) {
			t.Errorf("mappings of everything, %v: %v", all, m)
		}
	}
}

// TestNamesAreThoseOfTshark: the fields of the template are in documents of today's tshark, and the old names are not.
func TestNamesAreThoseOfTshark(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("the template is not compared with tshark's names: tshark is missing (`apt-get install tshark`)")
	}
	out, err := exec.Command("tshark", "-n", "-T", "ek", "-r", demo).Output()
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		r, err := read([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		for path := range r {
			paths[path] = true
		}
	}
	written := func(name string) bool {
		layer, field, _ := strings.Cut(name, ".")
		return paths[` "layers" "`+layer+`" "`+field+`"`]
	}
	for name := range typed {
		if !written(name) {
			t.Errorf("tshark has no field %s in any packet of the demo", name)
		}
	}
	for name := range renamed {
		if written(name) {
			t.Errorf("tshark has the field %s, which cannot be an alias", name)
		}
	}
}
