// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
	"github.com/espbeat/espbeat/field"
)

// A document holds the packet's bytes as far as there is room, with their link type, and is else what it is without them.
func TestRawBytes(t *testing.T) {
	for _, profile := range []field.Profile{field.Minimal, field.Standard, field.Full} {
		for _, n := range []int{1, 1400, 48_000, 48_500, 65_000} {
			t.Run(fmt.Sprintf("profile %d, %d bytes", profile, n), func(t *testing.T) {
				packet := enginetest.Ethernet(enginetest.UDP(1, 2, 5001, 5002, strings.Repeat("p", n)))[0]
				packet.LinkType, packet.Comments = 1, []string{"a comment"}
				x := encode(t, document.Options{Profile: profile}, engine.Options{Raw: document.MaxRaw}, packet)[0]
				sound(t, "raw", &x)
				text, _ := lookup(x.parsed, "packet.raw").(string)
				raw, err := base64.StdEncoding.DecodeString(text)
				if err != nil || !bytes.HasPrefix(packet.Data, raw) || len(raw) < min(len(packet.Data), 48_000) {
					t.Fatalf("%d of %d bytes, %v", len(raw), len(packet.Data), err)
				}
				whole := len(raw) == len(packet.Data)
				if cut := lookup(x.parsed, "packet.truncated_raw") == true; cut == whole || lookup(x.parsed, "packet.truncated_document") == true != cut {
					t.Errorf("%d of %d bytes, truncated_raw %v", len(raw), len(packet.Data), cut)
				}
				if lookup(x.parsed, "packet.link_type") != "ETHERNET" {
					t.Errorf("link type %v", lookup(x.parsed, "packet.link_type"))
				}
				if !whole && len(x.JSON()) < document.MaxBytes-200 {
					t.Errorf("%d bytes are left of the document", document.MaxBytes-len(x.JSON()))
				}
				if lookup(x.parsed, "source.port") == nil || profile != field.Minimal && fmt.Sprint(lookup(x.parsed, "packet.comment")) != "[a comment]" {
					t.Errorf("fields are gone: %.300s", x.JSON())
				}
			})
		}
	}
}

// Where other fields alone are too much for a document, the packet's bytes go first.
func TestRawBytesGiveWay(t *testing.T) {
	packet := enginetest.Ethernet(enginetest.UDP(1, 2, 5001, 5002, "short"))[0]
	for range 7 {
		packet.Comments = append(packet.Comments, strings.Repeat("\x01", 8000))
	}
	x := encode(t, document.Options{}, engine.Options{Raw: document.MaxRaw}, packet)[0]
	sound(t, "raw", &x)
	if lookup(x.parsed, "packet.raw") != nil || lookup(x.parsed, "packet.truncated_raw") != true {
		t.Errorf("%.300s", x.JSON())
	}
}

func TestNoRawBytesUnlessAskedFor(t *testing.T) {
	x := encode(t, document.Options{}, engine.Options{}, enginetest.Ethernet(enginetest.UDP(1, 2, 3, 4, "x"))...)[0]
	for _, name := range []string{"packet.raw", "packet.truncated_raw", "packet.link_type"} {
		if v := lookup(x.parsed, name); v != nil {
			t.Errorf("%s: %v", name, v)
		}
	}
}

// The packets of a file are all in it; those of a live capture say each where they are.
func TestPlaces(t *testing.T) {
	live := enginetest.Ethernet(enginetest.UDP(1, 2, 3, 4, "x"))[0]
	live.File, live.Offset = "20231114T221320Z-00000001.pcapng.gz", 77
	file := live
	file.File = ""
	for name, c := range map[string]struct {
		opt    document.Options
		packet capture.Packet
		want   string
	}{
		"live":    {document.Options{StoreID: "s"}, live, "s 20231114T221320Z-00000001.pcapng.gz 77 <nil>"},
		"file":    {document.Options{StoreID: "s", File: "d/a.pcap", Mark: "m"}, file, "s d/a.pcap 77 m"},
		"nowhere": {document.Options{}, file, "<nil> <nil> <nil> <nil>"},
	} {
		x := encode(t, c.opt, engine.Options{}, c.packet)[0]
		sound(t, name, &x)
		var got []any
		for _, f := range []string{"id", "file", "offset", "fingerprint"} {
			got = append(got, lookup(x.parsed, "packet.capture."+f))
		}
		if text := strings.Trim(fmt.Sprint(got), "[]"); text != c.want {
			t.Errorf("%s: %s, want %s", name, text, c.want)
		}
	}
}
