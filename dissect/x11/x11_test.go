// SPDX-License-Identifier: Apache-2.0

package x11

import (
	"bytes"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

const (
	setup   = "6c 00 0b00 0000 1200 1000 0000 4d49542d4d414749432d434f4f4b49452d31 0000 000102030405060708090a0b0c0d0e0f "
	setupBE = "42 00 000b 0000 0000 0000 0000 "
	welcome = "01 00 0b00 0000 0100 01020304 "
	query   = "62 00 0300 0400 0000 47454d00 "
	big     = "35 00 0000 03000000 01020304 "
)

var (
	reply = "01 00 0100 01000000 " + zeros(24) + "01020304 "
	event = "9c 00 0100 " + zeros(28)
	fault = "00 03 0100 " + zeros(28)
)

func zeros(n int) string { return string(bytes.Repeat([]byte("00"), n)) + " " }

func piece(t testing.TB, dir int, hex string) dissecttest.Piece {
	t.Helper()
	return dissecttest.Piece{Dir: dir, Data: dissecttest.Unhex(t, hex)}
}

func bench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.Port = 6000
	return b
}

func TestStream(t *testing.T) {
	b := bench()
	pieces := []dissecttest.Piece{piece(t, 0, setup), piece(t, 1, welcome), piece(t, 0, query+big), piece(t, 1, reply+event+fault)}
	got := b.Stream(Protocol, pieces...)
	got[0].Check(t, map[string]string{"x11.message": "setup", "x11.opcode": ""})
	got[1].Check(t, map[string]string{"x11.message": "setup"})
	got[2].Check(t, map[string]string{"x11.message": "request,request", "x11.opcode": "98,53"})
	got[3].Check(t, map[string]string{"x11.message": "reply,event,error", "x11.eventcode": "28", "x11.errorcode": "3"})
	b.Split(t, Protocol, pieces...)
	b.Stream(Protocol, piece(t, 0, setupBE), piece(t, 0, "35 00 0002 01020304"))[1].Check(t, map[string]string{"x11.opcode": "53"})
}

// A connection whose beginning was not seen is little-endian, and its port says who asks.
func TestMidStream(t *testing.T) {
	b := bench()
	got := b.Stream(Protocol, piece(t, 1, event), piece(t, 0, query))
	got[0].Check(t, map[string]string{"x11.message": "event"})
	got[1].Check(t, map[string]string{"x11.opcode": "98"})
	got = b.Stream(Protocol, piece(t, 0, query), piece(t, 0, "35 00 0000 00000000"), piece(t, 0, query))
	if got[1].Layers != "" {
		t.Errorf("a request of no length: %s", got[1].Layers)
	}
	got[2].Check(t, map[string]string{"x11.opcode": "98"})
}

// The cookie by which a client proves itself does not stand in the record.
func TestCookie(t *testing.T) {
	b := bench()
	b.Stream(Protocol, piece(t, 0, setup))
	if cookie := dissecttest.Unhex(t, "0001020304050607"); bytes.Contains(b.Out.Arena, cookie) {
		t.Error("the cookie stands in the record")
	}
}

func TestGuess(t *testing.T) {
	for hex, want := range map[string]bool{setup: true, setupBE: true, query: false, "6c 00 0c00 0000 0000 0000 0000": false, "": false} {
		if guess(dissecttest.Unhex(t, hex)) != want {
			t.Errorf("%s: %v", hex, !want)
		}
	}
	for hex, want := range map[string]bool{setup: true, query: true, event: true, "00 00 0000": false, "47 45 0000 20 2f": false, "ff 00 0000 00000000": false} {
		if accept(dissecttest.Unhex(t, hex)) != want {
			t.Errorf("on the port, %s: %v", hex, !want)
		}
	}
}

func TestSummary(t *testing.T) {
	b := bench()
	b.Stream(Protocol, piece(t, 0, query+big))
	if got, want := b.Summary(Protocol), "request | request 98,53"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzX11(f *testing.F) {
	for _, s := range []string{setup, query + big, reply, event} {
		f.Add(dissecttest.Unhex(f, s))
	}
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte) {
		b.Stream(Protocol, dissecttest.Piece{Data: data}, dissecttest.Piece{Dir: 1, Data: data, FIN: true})
		b.Invariants(t)
		if guess(data) && !accept(data) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
