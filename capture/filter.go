// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/espbeat/espbeat/capture/libpcap"
)

// Filter is a compiled pcap-filter expression for one link type. It is immutable
// and may be used by several goroutines.
type Filter struct {
	expr string
	prog []libpcap.Insn
}

// CompileFilter compiles a pcap-filter expression (the language of tcpdump, see
// pcap-filter(7)) for a link type. It needs libpcap; without it, and for an
// expression that is wrong or that the link type cannot express, the error says
// so. An empty expression matches everything and needs no libpcap.
//
// `vlan` and `mpls` change the offsets of what follows them in the expression, as
// in tcpdump: `tcp` alone does not match a tagged frame in a file, `vlan and tcp` does.
func CompileFilter(expr string, link LinkType, snaplen int) (*Filter, error) {
	if strings.TrimSpace(expr) == "" {
		return &Filter{}, nil
	}
	prog, err := compileProgram(expr, link, snaplen)
	if err != nil {
		return nil, err
	}
	for _, in := range prog {
		if isExtension(in) {
			return nil, fmt.Errorf("compile filter %q for link type %s (%d): `inbound`, `outbound` and `ifindex` ask what a captured frame does not say; "+
				"they work live on an interface, and in files of link type LINUX_SLL2 only", expr, link, link)
		}
	}
	return &Filter{expr: expr, prog: prog}, nil
}

// compileProgram compiles an expression that is not empty, for Linux's kernel as
// well as for bpfRun: the program may load kernel extensions.
func compileProgram(expr string, link LinkType, snaplen int) ([]libpcap.Insn, error) {
	if snaplen <= 0 || snaplen > maxPacket {
		snaplen = maxPacket
	}
	if err := libpcap.Load(); err != nil {
		return nil, fmt.Errorf("compile filter %q: %w", expr, err)
	}
	prog, err := libpcap.Compile(expr, linkToDLT(link), snaplen)
	if err == nil {
		err = bpfCheck(prog)
	}
	if err != nil {
		return nil, fmt.Errorf("compile filter %q for link type %s (%d): %w; %s", expr, link, link, err, filterHint(err.Error()))
	}
	return prog, nil
}

// filterHint is a remedy for libpcap's message.
func filterHint(msg string) string {
	switch {
	case strings.Contains(msg, "syntax error"):
		return "the language is pcap-filter(7), as in `tcp port 80 and host 192.0.2.1`, not Wireshark's display filter"
	case strings.Contains(msg, "unknown host"), strings.Contains(msg, "unknown network"):
		return "give an address, or a name that this machine resolves"
	case strings.Contains(msg, "unknown port"):
		return "give the port's number"
	case strings.Contains(msg, "expression rejects all packets"):
		return "its parts exclude each other"
	case strings.Contains(msg, "not supported"), strings.Contains(msg, "not implemented"), strings.Contains(msg, "no VLAN support"),
		strings.Contains(msg, "isn't supported"), strings.Contains(msg, "only"), strings.Contains(msg, "unknown data link"):
		return "this link type has no such part: filter by what it has, for example by IP address or port"
	}
	return "see pcap-filter(7)"
}

// Match reports whether the expression holds for a packet, of which p was
// captured and whose length on the wire was wireLen bytes. A packet that is too
// short for what the expression looks at does not match. It does not allocate.
func (f *Filter) Match(p []byte, wireLen int) bool {
	if f.prog == nil {
		return true
	}
	return bpfRun(f.prog, p, uint32(wireLen)) != 0
}

// FilterSet is one expression for sources of several link types: it compiles the
// expression for each when its first packet comes. It may be used by several
// goroutines.
type FilterSet struct {
	expr string
	mu   sync.Mutex
	last *compiled
	all  map[LinkType]*compiled
}

type compiled struct {
	link   LinkType
	filter *Filter
	err    error
}

// NewFilterSet checks that libpcap is there and that the expression is right for
// Ethernet, so that a mistake is reported before the first packet. An expression
// that only other link types can express (wlan, for example) passes.
func NewFilterSet(expr string) (*FilterSet, error) {
	s := &FilterSet{expr: expr, all: map[LinkType]*compiled{}}
	if strings.TrimSpace(expr) == "" {
		return s, nil
	}
	var first error
	for _, link := range []LinkType{linkEthernet, linkRaw, linkRadiotap, linkSLL2, linkNull} {
		_, err := CompileFilter(expr, link, maxPacket)
		if err == nil {
			return s, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// Match is Filter.Match for the packet's own link type. The error says that the
// expression does not compile for it; it comes for every packet of that type.
func (s *FilterSet) Match(link LinkType, p []byte, wireLen int) (bool, error) {
	s.mu.Lock()
	c := s.last
	if c == nil || c.link != link {
		c = s.all[link]
		if c == nil {
			c = &compiled{link: link}
			c.filter, c.err = CompileFilter(s.expr, link, maxPacket)
			s.all[link] = c
		}
		s.last = c
	}
	s.mu.Unlock()
	if c.err != nil {
		return false, c.err
	}
	return c.filter.Match(p, wireLen), nil
}

// Link types that this package itself tells apart.
const (
	linkNull     LinkType = 0
	linkEthernet LinkType = 1
	linkRaw      LinkType = 101
	linkLoop     LinkType = 108
	linkSLL      LinkType = 113
	linkRadiotap LinkType = 127
	linkSLL2     LinkType = 276
)

// linkDLT are the link types whose number in files (LINKTYPE_) is not libpcap's
// own number for them (DLT_), because systems disagree about the latter.
var linkDLT = map[LinkType]int{
	100:     11, // ATM RFC 1483
	linkRaw: 12, // raw IP
	102:     15, // SLIP of BSD/OS
	103:     16, // PPP of BSD/OS
	106:     19, // Linux classical IP over ATM
}

func linkToDLT(l LinkType) int {
	if l == linkRaw && runtime.GOOS == "openbsd" {
		return 14
	}
	if d, ok := linkDLT[l]; ok {
		return d
	}
	return int(l)
}

func dltToLink(dlt int) LinkType {
	if dlt == 14 && runtime.GOOS == "openbsd" {
		return linkRaw
	}
	for l, d := range linkDLT {
		if d == dlt {
			return l
		}
	}
	return LinkType(dlt)
}
