// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
)

var (
	key4 = dissect.FragmentKey{Src: netip.MustParseAddr("192.0.2.1"), Dst: netip.MustParseAddr("192.0.2.2"), ID: 7, Proto: 17}
	key6 = dissect.FragmentKey{Src: netip.MustParseAddr("2001:db8::1"), Dst: netip.MustParseAddr("2001:db8::2"), ID: 7}
)

// fragment is a piece of a datagram; the last unless more.
type fragment struct {
	offset int
	data   string
	more   bool
}

func (f fragment) send(t *testing.T, s *State, p *dissect.Packet, k dissect.FragmentKey) []byte {
	t.Helper()
	return f.join(t, s, p, k).Payload
}

func (f fragment) join(t *testing.T, s *State, p *dissect.Packet, k dissect.FragmentKey) dissect.Joined {
	t.Helper()
	out := s.Fragment(p, k, dissect.Fragment{Offset: f.offset, More: f.more, Data: []byte(f.data), Whole: true})
	checkFragments(t, s)
	return out
}

// checkFragments compares the accounting with what is held.
func checkFragments(t *testing.T, s *State) {
	t.Helper()
	held := 0
	for k, d := range s.frags.table {
		n := 0
		for _, q := range d.pieces {
			n += len(q.data) + pieceCost
		}
		if d.gone || d.key != k || d.bytes != n || len(d.pieces) > maxPieces {
			t.Fatalf("datagram of %d bytes in %d pieces counts %d", n, len(d.pieces), d.bytes)
		}
		held += n
	}
	if fr := &s.frags; fr.held != held || held > fr.max || len(fr.table) > maxDatagrams || len(fr.order) > 3*maxDatagrams {
		t.Fatalf("held %d, counted %d, at most %d; %d datagrams, %d in order", held, fr.held, fr.max, len(fr.table), len(fr.order))
	}
}

func TestFragments(t *testing.T) {
	for _, c := range []struct {
		name      string
		send      []fragment
		want4, v6 string // what comes out; "" for nothing
	}{
		{"in order", []fragment{{0, "aaaaaaaa", true}, {8, "bb", false}}, "aaaaaaaabb", "aaaaaaaabb"},
		{"last first", []fragment{{8, "bb", false}, {0, "aaaaaaaa", true}}, "aaaaaaaabb", "aaaaaaaabb"},
		{"a hole", []fragment{{0, "aaaaaaaa", true}, {16, "bb", false}}, "", ""},
		{"no last one", []fragment{{0, "aaaaaaaa", true}, {8, "bbbbbbbb", true}}, "", ""},
		{"repeated", []fragment{{0, "aaaaaaaa", true}, {0, "aaaaaaaa", true}, {8, "bb", false}}, "aaaaaaaabb", "aaaaaaaabb"},
		{"the last repeated", []fragment{{8, "bb", false}, {8, "bb", false}, {0, "aaaaaaaa", true}}, "aaaaaaaabb", "aaaaaaaabb"},
		{"same place, other bytes", []fragment{{0, "aaaaaaaa", true}, {0, "xxxxxxxx", true}, {8, "bb", false}}, "aaaaaaaabb", ""},
		{"same place, shorter", []fragment{{0, "aaaaaaaa", true}, {0, "aaaa", true}, {8, "bb", false}}, "aaaaaaaabb", ""},
		{"same place, longer", []fragment{{0, "aaaaaaaa", true}, {0, "xxxxxxxxxxxxxxxx", true}, {16, "bb", false}}, "aaaaaaaaxxxxxxxxbb", ""},
		{"overlaps what follows", []fragment{{8, "bbbbbbbb", true}, {0, "aaaaaaaaxxxx", true}, {16, "cc", false}}, "aaaaaaaabbbbbbbbcc", ""},
		{"overlaps what precedes", []fragment{{0, "aaaaaaaaaaaa", true}, {8, "xxxxbbbb", true}, {16, "cc", false}}, "aaaaaaaaaaaabbbbcc", ""},
		{"another end", []fragment{{8, "bb", false}, {8, "bbbb", false}, {0, "aaaaaaaa", true}}, "aaaaaaaabb", ""},
		{"beyond the end", []fragment{{8, "bb", false}, {16, "zz", true}, {0, "aaaaaaaa", true}}, "aaaaaaaabb", "aaaaaaaabb"},
		{"longer than a datagram can be", []fragment{{65528, "bbbbbbbb", false}, {0, "aaaaaaaa", true}}, "", ""},
		{"an empty last one", []fragment{{0, "aaaaaaaa", true}, {8, "", false}}, "aaaaaaaa", "aaaaaaaa"},
	} {
		for k, want := range map[dissect.FragmentKey]string{key4: c.want4, key6: c.v6} {
			t.Run(c.name+" "+k.Src.String(), func(t *testing.T) {
				s, p, got := New(Options{}), &dissect.Packet{}, ""
				for _, f := range c.send {
					got += string(f.send(t, s, p, k))
				}
				if got != want {
					t.Errorf("%q, want %q", got, want)
				}
				if want != "" && s.frags.held != 0 {
					t.Errorf("%d bytes still held", s.frags.held)
				}
			})
		}
	}
}

// Overlaps are told, also of the datagram in the end; which bytes stay is a matter of policy.
func TestFragmentOverlaps(t *testing.T) {
	for _, c := range []struct {
		name        string
		send        []fragment
		overlap     string // a letter a fragment: o overlaps, c in conflict, - neither; capital for a completed datagram
		first, last string // what comes out by policy
		packets     string
	}{
		{"none", []fragment{{0, "aaaaaaaa", true}, {8, "bb", false}}, "--", "aaaaaaaabb", "aaaaaaaabb", "[1 2]"},
		{"an exact repetition", []fragment{{0, "aaaaaaaa", true}, {0, "aaaaaaaa", true}, {8, "bb", false}}, "---", "aaaaaaaabb", "aaaaaaaabb", "[1 3]"},
		{"other bytes", []fragment{{0, "aaaaaaaa", true}, {0, "xxxxxxxx", true}, {8, "bb", false}}, "-cC", "aaaaaaaabb", "xxxxxxxxbb", "[1 3]"},
		{"the same bytes in other pieces", []fragment{{0, "aaaaaaaa", true}, {0, "aaaaaaaabbbbbbbb", true}, {16, "cc", false}}, "-oO", "aaaaaaaabbbbbbbbcc", "aaaaaaaabbbbbbbbcc", ""},
		{"into the one before", []fragment{{0, "aaaaaaaaaaaa", true}, {8, "xxxxbbbb", true}, {16, "cc", false}}, "-cC", "aaaaaaaaaaaabbbbcc", "aaaaaaaaxxxxbbbbcc", "[1 2 3]"},
		{"into one far before", []fragment{{0, "aaaaaaaaaaaaaaaaaaaaaaaa", true}, {8, "x", true}, {16, "yyyyyyyyzzzzzzzz", true}, {32, "c", false}}, "-ccC",
			"aaaaaaaaaaaaaaaaaaaaaaaazzzzzzzzc", "aaaaaaaaxaaaaaaayyyyyyyyzzzzzzzzc", ""},
	} {
		for policy, want := range []string{c.first, c.last} {
			s, p, told, out, packets := New(Options{LastWins: policy == 1}), &dissect.Packet{}, "", "", ""
			for _, f := range c.send {
				p.Number++
				j := f.join(t, s, p, key4)
				mark := map[[2]bool]string{{}: "-", {true, false}: "o", {true, true}: "c"}[[2]bool{j.Overlap, j.Conflict}]
				if j.Payload != nil {
					mark, out, packets = strings.ToUpper(mark), string(j.Payload), fmt.Sprint(j.Packets)
				}
				told += mark
			}
			if told != c.overlap || out != want || policy == 0 && c.packets != "" && packets != c.packets {
				t.Errorf("%s: %s, %q of %s, want %s, %q of %s", c.name, told, out, packets, c.overlap, want, c.packets)
			}
		}
	}
	s, p := New(Options{}), &dissect.Packet{}
	fragment{0, "aaaaaaaa", true}.send(t, s, p, key6)
	if j := (fragment{0, "aaaaaaaab", true}).join(t, s, p, key6); !j.Overlap || s.Stats().Overlaps != 1 || s.Stats().FragmentBytes != 0 {
		t.Errorf("IPv6: %+v, %+v", j, s.Stats())
	}
}

// Datagrams come out whole, whatever the order of their fragments and repetitions.
func TestFragmentsAnyOrder(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 5))
		whole := make([]byte, 1+r.IntN(20000))
		for i := range whole {
			whole[i] = byte(r.Uint32())
		}
		var all []fragment
		for at := 0; at < len(whole); {
			n := min(len(whole)-at, 8*(1+r.IntN(180)))
			all = append(all, fragment{at, string(whole[at : at+n]), at+n < len(whole)})
			at += n
		}
		order := r.Perm(len(all))
		order = append(order[:len(order)-1:len(order)-1], append([]int{order[r.IntN(len(order))]}, order[len(order)-1])...)
		if len(all) == 1 {
			order = order[:1]
		}
		for _, k := range []dissect.FragmentKey{key4, key6} {
			s, p := New(Options{}), &dissect.Packet{}
			var got [][]byte
			for _, i := range order {
				if out := all[i].send(t, s, p, k); out != nil {
					got = append(got, out)
				}
			}
			if len(got) == 0 || !bytes.Equal(got[0], whole) {
				t.Fatalf("seed %d, %v: %d datagrams", seed, k.Src, len(got))
			}
		}
	}
}

func TestFragmentsKeptApart(t *testing.T) {
	other := key4
	for name, change := range map[string]func(*dissect.FragmentKey){
		"source":      func(k *dissect.FragmentKey) { k.Src = k.Dst },
		"destination": func(k *dissect.FragmentKey) { k.Dst = k.Src },
		"id":          func(k *dissect.FragmentKey) { k.ID++ },
		"protocol":    func(k *dissect.FragmentKey) { k.Proto++ },
		"vlan":        func(k *dissect.FragmentKey) { k.VLAN++ },
		"tunnel":      func(k *dissect.FragmentKey) { k.Tunnel++ },
	} {
		other = key4
		change(&other)
		s, p := New(Options{}), &dissect.Packet{}
		fragment{0, "aaaaaaaa", true}.send(t, s, p, key4)
		if out := (fragment{8, "bb", false}).send(t, s, p, other); out != nil {
			t.Errorf("%s does not keep datagrams apart", name)
		}
	}
}

func TestFragmentsCutByTheCapture(t *testing.T) {
	s, p := New(Options{}), &dissect.Packet{}
	s.Fragment(p, key4, dissect.Fragment{More: true, Data: []byte("aaaaaaaa")})
	if out := (fragment{8, "bb", false}).send(t, s, p, key4); out != nil {
		t.Errorf("complete without its first bytes: %q", out)
	}
}

func TestFragmentsExpire(t *testing.T) {
	s, p := New(Options{}), &dissect.Packet{}
	fragment{0, "aaaaaaaa", true}.send(t, s, p, key4)
	p.Time += fragmentAge + 1
	if out := (fragment{8, "bb", false}).send(t, s, p, key4); out != nil {
		t.Errorf("joined after the datagram had expired: %q", out)
	}
	if got := s.Stats().FragmentsEvicted; got != 1 {
		t.Errorf("%d datagrams given up, want 1", got)
	}
	p.Time -= 10 * fragmentAge // clocks may go back
	if out := (fragment{0, "aaaaaaaa", true}).send(t, s, p, key4); string(out) != "aaaaaaaabb" {
		t.Errorf("%q", out)
	}
}

func TestFragmentsBounds(t *testing.T) {
	s, p := New(Options{FragmentBytes: 20000}), &dissect.Packet{}
	for i := range 5000 {
		k := key4
		k.ID = uint32(i / 3)
		s.Fragment(p, k, dissect.Fragment{Offset: 8 * (1 + i%3), More: true, Data: make([]byte, 8), Whole: true})
	}
	checkFragments(t, s)
	if s.Stats().FragmentsEvicted == 0 {
		t.Error("nothing was given up")
	}
	s = New(Options{})
	for i := range maxDatagrams + 10 {
		k := key6
		k.ID = uint32(i)
		s.Fragment(p, k, dissect.Fragment{More: true, Data: make([]byte, 8), Whole: true})
	}
	checkFragments(t, s)
	if got := s.Stats().FragmentsEvicted; got != 10 {
		t.Errorf("%d datagrams given up, want 10", got)
	}
	for i := range maxPieces * 2 { // empty fragments cost nothing
		s.Fragment(p, key4, dissect.Fragment{Offset: 8 * (i % 8000), More: true, Whole: true})
	}
	checkFragments(t, s)
}

func FuzzFragments(f *testing.F) {
	f.Add([]byte("\x00\x00\x81\x08aaaaaaaa\x00\x01\x01\x02bb"))
	f.Fuzz(func(t *testing.T, script []byte) {
		s, p := New(Options{FragmentBytes: 2000}), &dissect.Packet{}
		for len(script) >= 4 {
			k := key4
			if script[0]&1 != 0 {
				k = key6
			}
			k.ID = uint32(script[0] >> 6)
			p.Time += int64(script[0]&0x3e) << 29
			n := min(int(script[3]), len(script)-4)
			offset := int(script[1]) * 8
			if script[2]&0x40 != 0 {
				offset += 65000
			}
			out := fragment{offset, string(script[4 : 4+n]), script[2]&0x80 != 0}.send(t, s, p, k)
			if len(out) > maxDatagram {
				t.Fatalf("a datagram of %d bytes", len(out))
			}
			script = script[4+n:]
		}
	})
}
