// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"encoding/json"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/espbeat/espbeat/capture"
)

func TestProperties(t *testing.T) {
	p, _ := find(t, Options{Path: install(t, "stub-tshark"), Protocols: []string{"test", "opa.mad"}})
	properties, count := p.Properties()
	got, err := json.Marshal(properties)
	if err != nil {
		t.Fatal(err)
	}
	const keyword, malformed = `{"ignore_above":1024,"type":"keyword"}`, `{"ignore_malformed":true,"type":`
	want := `{"opa_mad":{"properties":{"opa_mad_opa_attribute":` + keyword + `}},"test":{"properties":{` + strings.Join([]string{
		`"test_test_a6":` + malformed + `"ip"}`,
		`"test_test_at":` + malformed + `"date"}`,
		`"test_test_either":` + keyword,
		`"test_test_flag":{"type":"boolean"}`,
		`"test_test_large":` + malformed + `"unsigned_long"}`,
		`"test_test_mask":` + keyword,
		`"test_test_n":` + malformed + `"long"}`,
		`"test_test_name":` + keyword,
		`"test_test_request_in":` + malformed + `"long"}`,
		`"test_test_took":` + malformed + `"double"}`,
	}, ",") + `}}}`
	if string(got) != want || count != 13 {
		t.Errorf("%d fields, want 13, in %s\nwant %s", count, got, want)
	}
	p, _ = find(t, Options{Path: install(t, "stub-tshark")})
	if properties, count := p.Properties(); properties != nil || count != 0 {
		t.Errorf("without protocols: %v", properties)
	}
}

func TestProtocolsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		stub      string
		protocols []string
		says      []string
	}{
		"unknown": {"stub-tshark", []string{"test", "nothing", "TLS"}, []string{protocolsKey, `"nothing", "TLS": not known to tshark 4.9.9`, "-G protocols"}},
		"large":   {"stub-tshark", []string{"frame", "large"}, []string{protocolsKey, "2004 fields (frame has 3, large has 2001)", "2000 of them at most", "name fewer"}},
		"failure": {"stub-no-fields", []string{"test"}, []string{protocolsKey, "-G fields: exit status 3 (no memory)"}},
	} {
		p, err := Find(t.Context(), Options{Path: install(t, c.stub), Protocols: c.protocols, Timeout: long})
		if err == nil {
			p.Close()
			t.Errorf("%s: no error", name)
			continue
		}
		for _, part := range c.says {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q is not in %v", name, part, err)
			}
		}
	}
}

// TestTyped: an answer has the values of the chosen protocols once more, and everything in Layers.
func TestTyped(t *testing.T) {
	for protocol, want := range map[string]string{"frame": `{"frame":{"frame_frame_len":"5","frame_frame_number":"1"}}`, "test": ""} {
		p, _ := find(t, Options{Path: install(t, "stub-tshark"), Protocols: []string{protocol}})
		d := p.Open("test")
		b := &Batch{Packets: []Packet{{Packet: capture.Packet{Data: []byte("hello"), Time: 1e9, Length: 5, LinkType: 1}, Number: 1}}}
		if err := d.Send(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		if err := d.Wait(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		if got := &b.Packets[0]; string(got.Typed) != want || !strings.Contains(string(got.Layers), `"frame_frame_len":"5"`) {
			t.Errorf("protocol %s: %s of %s, want %s", protocol, got.Typed, got.Layers, want)
		}
		d.Close()
	}
}

// TestTypesHold: what the installed tshark writes of common protocols can be read as the types that it is mapped with.
func TestTypesHold(t *testing.T) {
	p, _ := real(t, Options{Protocols: []string{"frame", "ip", "ipv6", "tcp", "udp", "dns", "tls", "http"}})
	packets, interfaces := read(t, filepath.Join("..", "tests", "demo", "demo.pcapng"))
	if err := dissect(t, p, 100, interfaces, packets); err != nil {
		t.Fatal(err)
	}
	byName := map[string]string{}
	for field, is := range p.typed.types {
		byName[field.Name] = is
	}
	checked := map[string]int{}
	for i := range packets {
		var typed map[string]map[string]any
		if err := json.Unmarshal(packets[i].Typed, &typed); err != nil {
			t.Fatalf("%v: %s", err, packets[i].Typed)
		}
		for _, fields := range typed {
			for name, v := range fields {
				values, several := v.([]any)
				if !several {
					values = []any{v}
				}
				for _, v := range values {
					checked[byName[name]]++
					if !holds(byName[name], v) {
						t.Errorf("packet %d: %s: type %s does not hold %v", i+1, name, byName[name], v)
					}
				}
			}
		}
	}
	for _, is := range []string{"keyword", "long", "double", "ip", "date", "boolean"} {
		if checked[is] == 0 {
			t.Errorf("no value of type %s", is)
		}
	}
}

// holds reports whether Elasticsearch takes v as a value of a type.
func holds(is string, v any) bool {
	text, _ := v.(string)
	var err error
	switch is {
	case "keyword":
	case "boolean":
		_, ok := v.(bool)
		return ok
	case "long":
		_, err = strconv.ParseInt(text, 10, 64)
	case "unsigned_long":
		_, err = strconv.ParseUint(text, 10, 64)
	case "double":
		_, err = strconv.ParseFloat(text, 64)
	case "ip":
		_, err = netip.ParseAddr(text)
	case "date":
		_, err = time.Parse(time.RFC3339Nano, text)
	default:
		return false
	}
	return err == nil
}
