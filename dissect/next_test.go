// SPDX-License-Identifier: Apache-2.0

package dissect_test

import (
	"bytes"
	"testing"

	"github.com/espbeat/espbeat/dissect"
)

// Who has a port and knows its own bytes comes first, then who knows the bytes, then who has the port and asks for less.
func TestUDPApplication(t *testing.T) {
	starts := func(with string) func([]byte) bool {
		return func(b []byte) bool { return bytes.HasPrefix(b, []byte(with)) }
	}
	lenient := &dissect.Protocol{Name: "lenient", UDPPorts: []uint16{10}, GuessUDP: starts("LL"), AcceptUDP: starts("L")}
	strict := &dissect.Protocol{Name: "strict", UDPPorts: []uint16{20}, GuessUDP: starts("S")}
	blind := &dissect.Protocol{Name: "blind", UDPPorts: []uint16{30}}
	registry := dissect.NewRegistry(lenient, strict, blind)
	for _, tt := range []struct {
		name     string
		src, dst uint16
		bytes    string
		want     *dissect.Protocol
	}{
		{"its port and its bytes", 5000, 10, "LL", lenient},
		{"its port, and nobody's bytes", 5000, 10, "Lx", lenient},
		{"another's bytes on its port", 5000, 10, "S", strict},
		{"its port, and not even half its bytes", 5000, 10, "x", nil},
		{"its bytes on any port", 5000, 6000, "LL", lenient},
		{"half its bytes on any port", 5000, 6000, "Lx", nil},
		{"the port of one that asks for nothing", 30, 5000, "anything", blind},
		{"the lower port, whose bytes they are not", 20, 30, "anything", blind},
		{"the lower port asks for less", 10, 30, "Lx", blind},
		{"the port of one that asks for all", 20, 5000, "x", nil},
	} {
		p := &dissect.Packet{Registry: registry}
		p.Core.Source.Port, p.Core.Destination.Port = tt.src, tt.dst
		if got := p.UDPApplication(nil, []byte(tt.bytes)); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	p := &dissect.Packet{Registry: registry}
	p.Core.Destination.Port = 10
	if got := p.UDPApplication(&dissect.Conversation{App: blind}, []byte("LL")); got != blind {
		t.Errorf("who is expected: %v", got)
	}
}
