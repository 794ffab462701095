// SPDX-License-Identifier: Apache-2.0

package cip

import (
	"fmt"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// carrier hands each piece of a stream over as one message.
func carrier() *dissect.Protocol {
	return &dissect.Protocol{Name: "carrier", Stream: func(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
		if len(data) == 0 {
			return 0
		}
		r, _ := c.AppState.(*Requests)
		if r == nil {
			r = &Requests{}
			c.AppState = r
		}
		r.Message(p, c, data, len(data), 1)
		return len(data)
	}}
}

const (
	identity   = "01 02 20012401"
	identified = "81 00 00 00 0100 0c00"
	readTag    = "4c 08 9104 56616c76 2803 9104 4f70656e 0100 0100" // Valv[3].Open, and a path of one word too many
	tagRead    = "cc 00 00 00 c4002a000000"
	sentOn     = "52 02 20062401 0af0 0a00 4c 03 9104 54616731 0100 0100 0102" // Read Tag of Tag1 within an Unconnected Send
	opening    = "54 02 20062401 0af0 00000000 22000000 3300 0100 78563412 03000000 80841e00 f843 80841e00 f843 a3 02 20022401"
	opened     = "d4 00 00 00 11000000 22000000 3300 0100 78563412 80841e00 80841e00 0000"
	closing    = "4e 02 20062401 0af0 3300 0100 78563412 02 00 20022401"
	twoOfThem  = "0a 02 20022401 0200 0600 0e00 0e 03 20012401 3007 01 02 20f52401"
	twoDone    = "8a 00 00 00 0200 0600 0a00 8e 00 00 00 81 00 08 00"
)

func TestMessages(t *testing.T) {
	for name, tt := range map[string]struct {
		request, response string // hex
		layers, malformed string // of the last
		want              map[string]string
	}{
		"attributes":                          {identity, identified, "cip", "", map[string]string{"cip.sc": "1", "cip.service": "Get Attributes All", "cip.class": "1", "cip.genstat": "0", "transaction.id": "flow:1", "request_in": "1", "event.duration": "1000000"}},
		"a tag":                               {readTag, tagRead, "cip:cipcls", "", map[string]string{"cip.sc": "76", "cip.service": "Read Tag", "cip.symbol": "Valv[3].Open"}},
		"sent on":                             {sentOn, "", "cip:cipcm:cipcls", "", map[string]string{"cip.sc": "82,76", "cip.service": "Unconnected Send,Read Tag", "cip.class": "6", "cip.symbol": "Tag1"}},
		"sent on, and answered":               {sentOn, tagRead, "cip:cipcm:cipcls", "", map[string]string{"cip.sc": "76", "cip.service": "Read Tag", "cip.symbol": "Tag1", "cip.genstat": "0"}},
		"sent on, and refused on the way":     {sentOn, "d2 00 01 01 0402", "cip:cipcm", "", map[string]string{"cip.service": "Unconnected Send", "cip.genstat": "1", "cip.addstat": "516"}},
		"an opening":                          {opening, "", "cip:cipcm", "", map[string]string{"cip.cm.to_connid": "34", "cip.cm.conn_serial_num": "51", "cip.cm.vendor": "1", "cip.cm.orig_serial_num": "305419896", "cip.cm.fwo.transport": "3", "cip.class": "6,2", "cip.instance": "1,1"}},
		"opened":                              {opening, opened, "cip:cipcm", "", map[string]string{"cip.cm.ot_connid": "17", "cip.service": "Forward Open", "cip.class": "6"}},
		"a large opening":                     {strings.Replace(strings.Replace(opening, "54", "5b", 1), "f843", "f8430000", 2), "", "cip:cipcm", "", map[string]string{"cip.service": "Large Forward Open", "cip.cm.fwo.transport": "3", "cip.class": "6,2"}},
		"a closing":                           {closing, "ce 00 00 00 3300 0100 78563412 0000", "cip:cipcm", "", map[string]string{"cip.service": "Forward Close", "cip.cm.conn_serial_num": "51"}},
		"several":                             {twoOfThem, "", "cip", "", map[string]string{"cip.sc": "10,14,1", "cip.class": "2,1,245", "cip.attribute": "7"}},
		"several, answered":                   {twoOfThem, twoDone, "cip", "", map[string]string{"cip.sc": "10,14,1", "cip.genstat": "0,0,8"}},
		"of another service than the request": {identity, tagRead, "cip:cipcls", "", map[string]string{"cip.service": "Service (0x4c)", "cip.class": ""}},
		"PCCC":                                {"4b 02 20672401 07 0100 01020304 0f 00 0100 a2 02070300 00", "", "cip:cippccc", "", map[string]string{"cip.service": "Execute PCCC", "cip.pccc.cmd_code": "15", "cip.pccc.fnc_code": "162"}},
		"PCCC, answered":                      {"4b 02 20672401 07 0100 01020304 0f 00 0100 a2 02070300 00", "cb 00 00 00 07 0100 01020304 4f 00 0100 2a00", "cip:cippccc", "", map[string]string{"cip.pccc.cmd_code": "79", "cip.pccc.fnc_code": "", "cip.class": "103"}},
		"PCCC without a requester's length":   {"4b 02 20672401 00", "", "cip:cippccc", "cippccc", map[string]string{"cip.pccc.cmd_code": ""}},
		"16 and 32 bits, through a port with a key": {"0e 0d 0108 3404 0100 0c00 3a00 0403 2100 2423 2600 01000000 3100 0700", "", "cip", "", map[string]string{"cip.class": "8996", "cip.instance": "1", "cip.attribute": "7"}},
		"a path of ports":                          {"0e 06 1505 3132372e3100 2001 2401", "", "cip", "", map[string]string{"cip.class": "1", "cip.instance": "1"}},
		"network segments, data and an old symbol": {"0e 07 4304 5101 0102 8001 0506 63414243", "", "cip", "", map[string]string{"cip.symbol": "ABC"}},
		"a data type in a path":                    {"0e 01 c100", "", "cip", "cip", map[string]string{"cip.sc": "14"}},
		"a path beyond the message":                {"0e 05 2001", "", "cip", "cip", map[string]string{"cip.class": "1"}},
		"offsets that go back":                     {"0a 00 0200 0700 0600 0100 00", "", "cip", "cip", nil},
		"offsets beyond the message":               {"0a 00 0200 0600 4000 0100", "", "cip", "cip", map[string]string{"cip.sc": "10,1"}},
		"a service alone":                          {"0e", "", "cip", "cip", map[string]string{"cip.sc": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			pieces := []dissecttest.Piece{{Data: dissecttest.Unhex(t, tt.request)}}
			if tt.response != "" {
				pieces = append(pieces, dissecttest.Piece{Dir: 1, Data: dissecttest.Unhex(t, tt.response)})
			}
			results := bench().Stream(carrier(), pieces...)
			r := results[len(results)-1]
			if r.Layers != tt.layers || r.Malformed != tt.malformed {
				t.Errorf("layers %q, malformed %q", r.Layers, r.Malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, ConnectionManager, Class, PCCC, Modbus, Configuration, Supervisor, Validator)
}

// TestGivenUp: a request that nobody answered is not the one that the next response is to.
func TestGivenUp(t *testing.T) {
	first, second, done := dissecttest.Unhex(t, identity), dissecttest.Unhex(t, readTag), dissecttest.Unhex(t, tagRead)
	got := bench().Stream(carrier(), dissecttest.Piece{Data: first}, dissecttest.Piece{Data: second}, dissecttest.Piece{Dir: 1, Data: done}, dissecttest.Piece{Dir: 1, Data: done})
	got[2].Check(t, map[string]string{"request_in": "2", "transaction.id": "flow:2", "cip.symbol": "Valv[3].Open"})
	got[3].Check(t, map[string]string{"request_in": "", "cip.symbol": ""})
}

func TestBounds(t *testing.T) {
	nested := "01 00"
	for range 4 {
		nested = "0a 00 0100 0400 " + nested
	}
	b := bench()
	if r := b.Stream(carrier(), dissecttest.Piece{Data: dissecttest.Unhex(t, nested)})[0]; len(r.Fields["cip.sc"]) != maxDepth+1 || !b.Out.Cut || r.Malformed != "" {
		t.Errorf("%d services, cut %v, malformed %q", len(r.Fields["cip.sc"]), b.Out.Cut, r.Malformed)
	}
	var wide strings.Builder
	wide.WriteString("0a 00 e803")
	for i := range 1000 {
		at := 2 + 2000 + 2*i
		wide.WriteString(fmt.Sprintf("%02x%02x", at&0xff, at>>8))
	}
	wide.WriteString(strings.Repeat("0100", 1000))
	if r := b.Stream(carrier(), dissecttest.Piece{Data: dissecttest.Unhex(t, wide.String())})[0]; len(r.Fields["cip.sc"]) != 1+maxWithin || !b.Out.Cut {
		t.Errorf("%d services, cut %v", len(r.Fields["cip.sc"]), b.Out.Cut)
	}
}

func TestSummary(t *testing.T) {
	for want, m := range map[string]string{"Identity - Get Attributes All": identity, "'Valv[3].Open' - Read Tag": readTag, "Connection Manager - Forward Open": opening,
		"Message Router - Multiple Service Packet: Get Attribute Single, Get Attributes All": twoOfThem, "Service not supported: Get Attribute Single": "8e 00 08 00", "Status 99: Service (0x60)": "e0 00 63 00"} {
		b := bench()
		if b.Stream(carrier(), dissecttest.Piece{Data: dissecttest.Unhex(t, m)}); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
}

func FuzzCIP(f *testing.F) {
	for _, m := range []string{identity, identified, readTag, tagRead, sentOn, opening, opened, closing, twoOfThem, twoDone} {
		f.Add(dissecttest.Unhex(f, m), dissecttest.Unhex(f, m))
	}
	b := bench()
	f.Fuzz(func(t *testing.T, first, second []byte) {
		b.Stream(carrier(), dissecttest.Piece{Data: first}, dissecttest.Piece{Dir: 1, Data: second})
		b.Invariants(t)
	})
}
