// SPDX-License-Identifier: Apache-2.0

package field

import (
	"math"
	"net/netip"
	"strings"
	"testing"
)

var (
	tg       = Group("test")
	tBool    = tg.Add("bool", Bool, "", "")
	tUint    = tg.Add("uint", Uint32, "", "")
	tInt     = tg.Add("int", Int64, "", "")
	tFloat   = tg.Add("float", Float, "", "")
	tKeyword = tg.Add("keyword", Keyword, "", "")
	tHex     = tg.Add("hex", Hex, "", "")
	tIP      = tg.Add("ip", IP, "", "")
	tMAC     = tg.Add("mac", MAC, "", "")
	tDate    = tg.Add("date", Date, "", "")
	tSecret  = tg.Add("secret", Keyword, "", "", Secret)
	tKey     = tg.Add("key", Hex, "", "", Secret)
	tObject  = tg.Add("list", Object, "", "")
	tInner   = Group("test.list").Add("inner", Keyword, "", "")
	tConst   = Intern("constant")
)

// texts are the fields of b as they read, by name, several joined by commas.
func texts(b *Buffer, from int) map[string]string {
	m := map[string]string{}
	defs := Seal().Defs
	for _, e := range b.Entries[from:] {
		name := defs[e.ID].Name
		text := string(AppendText(nil, defs[e.ID].Type, e, b.Arena))
		if old, ok := m[name]; ok {
			text = old + "," + text
		}
		m[name] = text
	}
	return m
}

func TestTypes(t *testing.T) {
	for _, c := range []struct {
		name  string
		write func(*Buffer)
		want  map[string]string
	}{
		{"truth", func(b *Buffer) { b.Bool(tBool, true); b.Bool(tBool, false) }, map[string]string{"test.bool": "true,false"}},
		{"largest numbers", func(b *Buffer) {
			b.Uint(tUint, math.MaxUint32)
			b.Int(tInt, math.MinInt64)
		}, map[string]string{"test.uint": "4294967295", "test.int": "-9223372036854775808"}},
		{"floats that JSON lacks", func(b *Buffer) {
			for _, v := range []float64{0.5, math.NaN(), math.Inf(1), math.Inf(-1), -1e300} {
				b.Float(tFloat, v)
			}
		}, map[string]string{"test.float": "0.5,-1e+300"}},
		{"text, bytes and constant", func(b *Buffer) { b.String(tKeyword, "s"); b.Text(tKeyword, []byte("t\xff")); b.Const(tKeyword, tConst) },
			map[string]string{"test.keyword": "s,t\xff,constant"}},
		{"hex", func(b *Buffer) { b.Bytes(tHex, []byte{0, 0xab, 0xff}); b.Bytes(tHex, nil) }, map[string]string{"test.hex": "00abff,"}},
		{"addresses", func(b *Buffer) {
			b.IP(tIP, []byte{192, 0, 2, 255})
			b.IP(tIP, netip.MustParseAddr("2001:db8::1").AsSlice())
			b.Addr(tIP, netip.MustParseAddr("::ffff:192.0.2.1"))
			b.Addr(tIP, netip.Addr{})
			b.IP(tIP, []byte{1, 2, 3})
			b.IP(tIP, nil)
		}, map[string]string{"test.ip": "192.0.2.255,2001:db8::1,::ffff:192.0.2.1"}},
		{"link addresses", func(b *Buffer) {
			b.MAC(tMAC, []byte{0, 0, 0x5e, 0, 0x53, 0xff})
			b.MAC(tMAC, []byte{1})
			b.MAC(tMAC, []byte{1, 2, 3, 4, 5, 6, 7, 8, 9})
		}, map[string]string{"test.mac": "00-00-5E-00-53-FF,01,01-02-03-04-05-06-07-08"}},
		{"dates", func(b *Buffer) { b.Int(tDate, 0); b.Int(tDate, 1<<63-1) },
			map[string]string{"test.date": "1970-01-01T00:00:00.000000000Z,2262-04-11T23:47:16.854775807Z"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &Buffer{}
			b.Start()
			c.write(b)
			if got := texts(b, 0); len(got) != len(c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
			for name, want := range c.want {
				if got := texts(b, 0)[name]; got != want {
					t.Errorf("%s = %s, want %s", name, got, want)
				}
			}
		})
	}
}

func TestRedaction(t *testing.T) {
	for _, reveal := range []bool{false, true} {
		b := &Buffer{Reveal: reveal}
		b.Start()
		b.String(tSecret, "password")
		b.Text(tSecret, []byte("password"))
		b.Bytes(tKey, []byte{0xca, 0xfe})
		want := map[string]string{"test.secret": "[redacted],[redacted]", "test.key": "[redacted]"}
		if reveal {
			want = map[string]string{"test.secret": "password,password", "test.key": "cafe"}
		}
		for name, w := range want {
			if got := texts(b, 0)[name]; got != w {
				t.Errorf("%s = %s, want %s", name, got, w)
			}
		}
		if !reveal && len(b.Arena) != 0 {
			t.Errorf("the buffer holds %q", b.Arena)
		}
	}
}

func TestLimits(t *testing.T) {
	b := &Buffer{}
	for packet := range 3 { // each packet of a batch has its own limits
		first := b.Start()
		arena := len(b.Arena)
		if b.Uint(tUint, 1); b.Cut {
			t.Fatalf("packet %d: cut at once", packet)
		}
		for range MaxEntries {
			b.Uint(tUint, 1)
		}
		if n := b.Len() - first; n != MaxEntries || !b.Cut {
			t.Errorf("packet %d: %d entries, cut: %v", packet, n, b.Cut)
		}
		b.String(tKeyword, "no place")
		b.Begin(tObject)
		b.End()
		if n := b.Len() - first; n != MaxEntries || len(b.Arena) != arena {
			t.Errorf("packet %d: %d entries and %d bytes after the limit", packet, n, len(b.Arena)-arena)
		}
		first, arena = b.Start(), len(b.Arena)
		for range 20 {
			b.String(tKeyword, strings.Repeat("x", MaxText))
		}
		if n := len(b.Arena) - arena; n > MaxArena || n != (b.Len()-first)*MaxText || !b.Cut {
			t.Errorf("packet %d: %d bytes, cut: %v", packet, n, b.Cut)
		}
	}
	b.Reset()
	b.Start()
	if b.String(tKeyword, strings.Repeat("x", MaxText)); b.Cut {
		t.Error("the longest text is cut")
	}
	if b.String(tKeyword, strings.Repeat("x", MaxText+1)); !b.Cut || b.Entries[1].Len != MaxText {
		t.Errorf("a longer one: cut %v, %d bytes", b.Cut, b.Entries[1].Len)
	}
}

func TestElements(t *testing.T) {
	b := &Buffer{}
	for range 2 {
		first := b.Start()
		b.String(tKeyword, "outside")
		b.Begin(tObject)
		b.String(tInner, "a")
		b.End()
		b.Begin(tObject)
		b.String(tInner, "b")
		b.End()
		b.String(tKeyword, "outside")
		var elems []uint16
		for _, e := range b.Entries[first:] {
			elems = append(elems, e.Elem)
		}
		if want := [...]uint16{0, 1, 1, 2, 2, 0}; [6]uint16(elems) != want {
			t.Errorf("elements %v, want %v", elems, want)
		}
	}
}

func TestTruncate(t *testing.T) {
	b := &Buffer{}
	b.Start()
	b.String(tKeyword, "kept")
	mark := b.Len()
	b.String(tKeyword, "given up")
	b.Truncate(mark)
	b.String(tKeyword, "after")
	if got := texts(b, 0)["test.keyword"]; got != "kept,after" {
		t.Error(got)
	}
}

func TestBufferDoesNotAllocate(t *testing.T) {
	b := &Buffer{}
	text, addr := []byte("text"), netip.MustParseAddr("2001:db8::1")
	write := func() {
		b.Reset()
		b.Start()
		b.Uint(tUint, 1)
		b.Text(tKeyword, text)
		b.Text(tSecret, text)
		b.Addr(tIP, addr)
		b.Const(tKeyword, tConst)
	}
	write()
	if n := testing.AllocsPerRun(100, write); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
