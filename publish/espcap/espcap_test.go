// SPDX-License-Identifier: Apache-2.0

package espcap

import (
	"encoding/json"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	_ "github.com/espbeat/espbeat/dissect/all" // defines the fields of all protocols
	"github.com/espbeat/espbeat/dissect/common"
	_ "github.com/espbeat/espbeat/document" // defines the ECS core
	"github.com/espbeat/espbeat/field"
)

func TestKey(t *testing.T) {
	for filter, want := range map[string]string{
		"ip.src":                     "ip_ip_src",
		"tcp.options.mss_val":        "tcp_tcp_options_mss_val",
		"ipv6.plen":                  "ipv6_ipv6_plen",
		"ipv6.fraghdr.ident":         "ipv6_fraghdr_ipv6_fraghdr_ident",
		"mip6.bu.seqnr":              "mipv6_mip6_bu_seqnr",
		"ipv6.routing.srh.tag":       "ipv6_routing_ipv6_routing_srh_tag",
		"udp.checksum_coverage":      "udplite_udp_checksum_coverage",
		"udp.checksum":               "udp_udp_checksum",
		"pweth.cw.sequence_number":   "pwethcw_pweth_cw_sequence_number",
		"http.content_length_header": "http_http_content_length_header",
	} {
		if got := Key(filter); got != want {
			t.Errorf("%s is %s, want %s", filter, got, want)
		}
	}
}

// TestKeysAreTsharks compares the names with what tshark itself says of its fields.
func TestKeysAreTsharks(t *testing.T) {
	out, err := exec.Command("tshark", "-G", "fields").Output()
	if err != nil {
		t.Skip("tshark's own names are not compared: tshark is missing (`apt-get install tshark`)")
	}
	known := map[string]map[string]bool{} // filter name to keys
	for line := range strings.Lines(string(out)) {
		c := strings.Split(line, "\t")
		if len(c) < 5 || c[0] != "F" {
			continue
		}
		if known[c[2]] == nil {
			known[c[2]] = map[string]bool{}
		}
		known[c[2]][strings.ReplaceAll(c[4]+"_"+c[2], ".", "_")] = true
	}
	compared := 0
	for _, d := range field.Defs() {
		for _, filter := range strings.Split(d.Wireshark, ",") {
			filter = strings.TrimSpace(filter)
			keys, ok := known[filter]
			if !ok || strings.HasPrefix(filter, "can.") { // of SocketCAN, whose owner is one of several
				continue
			}
			compared++
			if !keys[Key(filter)] {
				t.Errorf("%s is %s, tshark has %v", filter, Key(filter), keys)
			}
		}
	}
	if compared < 500 {
		t.Errorf("only %d names compared", compared)
	}
}

func TestEveryFieldIsConverted(t *testing.T) {
	targets := map[string]bool{}
	for key, list := range Fields(field.Full) {
		if strings.Contains(key, ".") || strings.Contains(key, " ") {
			t.Errorf("key %q", key)
		}
		for _, x := range list.([]any) {
			m := x.(map[string]any)
			var path []string
			for _, p := range m["p"].([]any) {
				path = append(path, p.(string))
			}
			targets[strings.Join(path, ".")] = true
			if m["t"] == "" {
				t.Errorf("%v has no type", m)
			}
		}
	}
	layout := field.Seal()
	for id, d := range layout.Defs {
		if want := d.Wireshark != "" && !derived[d.Name] && !unmade[d.Name] && layout.Array[id] == field.NoArray && d.Type != field.Object; targets[d.Name] != want {
			t.Errorf("%s: converted %v, want %v", d.Name, targets[d.Name], want)
		}
	}
	for name := range derived {
		if _, ok := field.Lookup(name); !ok && name != "@timestamp" {
			t.Errorf("derived field %s is not defined", name)
		}
	}
}

func TestSecretsAreMarked(t *testing.T) {
	marked := 0
	for _, d := range field.Defs() {
		if !d.Is(field.Secret) || d.Wireshark == "" {
			continue
		}
		list, _ := Fields(field.Full)[Key(d.Wireshark)].([]any)
		for _, x := range list {
			if f, _ := x.(map[string]any)["f"].(string); strings.Contains(f, "s") {
				marked++
			} else {
				t.Errorf("%s is secret, and its value is kept", d.Name)
			}
		}
	}
	if marked < 4 {
		t.Errorf("%d secret fields seen", marked)
	}
}

// TestProfiles: a conversion makes no field that documents of the index's profile do not have.
func TestProfiles(t *testing.T) {
	full, standard := Fields(field.Full), Fields(field.Standard)
	if len(standard) >= len(full) || len(left(field.Full)) != 0 || len(left(field.Standard)) == 0 {
		t.Errorf("full %d fields, standard %d; left out %d and %d", len(full), len(standard), len(left(field.Full)), len(left(field.Standard)))
	}
	for profile, want := range map[field.Profile][]string{field.Full: nil, field.Standard: {"network.packets"}, field.Minimal: {"network.packets", "source.bytes"}} {
		for _, name := range []string{"network.packets", "source.bytes", "network.bytes"} {
			id, _ := field.Lookup(name)
			if has(profile, int(id)) == slices.Contains(want, name) {
				t.Errorf("profile %v: %s", profile, name)
			}
		}
	}
	for _, list := range standard {
		for _, x := range list.([]any) {
			var path []string
			for _, p := range x.(map[string]any)["p"].([]any) {
				path = append(path, p.(string))
			}
			id, _ := field.Lookup(strings.Join(path, "."))
			if d := field.Seal().Defs[id]; !d.In(field.Standard) {
				t.Errorf("%s is not in the profile", d.Name)
			}
		}
	}
}

// TestSecretParameters: what the script takes for a secret is one in our own documents.
func TestSecretParameters(t *testing.T) {
	for _, list := range []string{"secretNames", "secretEnds"} {
		for _, name := range tables()[list].([]any) {
			url := "/?" + name.(string) + "=x"
			if got := string(common.AppendURL(nil, &field.Buffer{}, []byte(url))); !strings.Contains(got, field.Redacted) {
				t.Errorf("%s is %s", url, got)
			}
		}
	}
}

func TestPipelineFitsTheServer(t *testing.T) {
	if len(convert) > 65_535 { // script.max_size_in_bytes
		t.Errorf("the script has %d bytes", len(convert))
	}
	b, err := json.Marshal(Pipeline(field.Full))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), ":null") {
		t.Error("a part of the pipeline is null")
	}
}

// TestConversions: the list for people is what the script does.
func TestConversions(t *testing.T) {
	listed := map[string][]string{} // fields by key
	into := map[string]bool{}
	for _, c := range Conversions() {
		listed[c.Key] = append(listed[c.Key], c.Fields...)
		for _, f := range c.Fields {
			into[f] = true
		}
	}
	for key, list := range Fields(field.Full) {
		for _, x := range list.([]any) {
			var path []string
			for _, p := range x.(map[string]any)["p"].([]any) {
				path = append(path, p.(string))
			}
			name := strings.Join(path, ".")
			if !slices.Contains(listed[key], name) && !slices.Contains(also[name], key) {
				t.Errorf("%s becomes %s and is not listed: %q", key, name, listed[key])
			}
		}
	}
	// What the script sets by itself, of no field of Espcap's.
	constants := []string{"ecs.version", "event.category", "event.dataset", "event.kind", "network.packets"}
	for _, m := range regexp.MustCompile(`set\(doc, '([^']+)'`).FindAllStringSubmatch(convert, -1) {
		if !into[m[1]] && !slices.Contains(constants, m[1]) {
			t.Errorf("%s is set by the script and not listed", m[1])
		}
	}
	for name := range made {
		if !strings.Contains(convert, "'"+name+"'") {
			t.Errorf("%s is listed and not set by the script", name)
		}
	}
	for name := range unmade {
		if _, ok := field.Lookup(name); !ok || into[name] || strings.Contains(convert, "'"+name+"'") {
			t.Errorf("%s is made, or not defined: %v", name, ok)
		}
	}
}
