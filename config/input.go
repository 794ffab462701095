// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"

	conf "github.com/elastic/elastic-agent-libs/config"
)

// Input is one configured source of packets.
type Input struct {
	// ID names the input in metrics and logs; the default is its place in the list.
	ID      string `config:"id"`
	Type    string `config:"type"`
	Enabled bool   `config:"enabled"`
	// Tags and Fields are added to every document of the input.
	Tags   []string       `config:"tags"`
	Fields map[string]any `config:"fields"`
	// Processors are libbeat's, run on the documents of the input before those of the Beat.
	Processors []*conf.C `config:"processors"`
	// Format is ecs, lite or ek; the default is the Beat's.
	Format string `config:"format"`
	// Filter is a BPF expression, in libpcap's syntax.
	Filter string `config:"filter"`
	// DisplayFilter is a display filter in Wireshark's syntax: packets that it does not match are dissected and have no document.
	DisplayFilter string `config:"display_filter"`
	// Count ends the input after so many packets; 0 is all.
	Count uint64 `config:"count"`
	// Index and Pipeline are where the input's documents go, instead of where the output says.
	Index    string `config:"index"`
	Pipeline string `config:"pipeline"`
	// Sampling and Dedup say which packets have no document.
	Sampling Sampling `config:"sampling"`
	Dedup    Dedup    `config:"dedup"`
	// Payload says how much of what packets carry their documents hold.
	Payload Payload `config:"payload"`
	// Shedding is for type live: reading a file waits instead.
	Shedding Shedding `config:"shedding"`

	File `config:",inline"`

	Live `config:",inline"`

	// Interfaces (type live) are names or globs of network interfaces, "any" or "default_route".
	Interfaces []string `config:"interfaces"`
	// SnapLen is the number of bytes kept of each packet.
	SnapLen     int  `config:"snaplen"`
	Promiscuous bool `config:"promiscuous"`
	// BufferSize is the kernel's ring, bytes an interface.
	BufferSize ByteSize `config:"buffer_size"`
	// Engine is auto, af_packet or pcap.
	Engine string `config:"engine"`
	// Fanout is the number of sockets that the kernel shares an interface's flows among.
	Fanout int `config:"fanout"`
}

// Payload keeps bytes of packets.
type Payload struct {
	// Bytes are the first ones that are kept of what the innermost transport header carries; 0 keeps none.
	Bytes int `config:"bytes"`
	// Raw keeps whole packets, as they were captured.
	Raw bool `config:"raw"`
}

// maxPayload, in hex digits, is what a field holds at most.
const maxPayload = 4<<10 - 1

func (p *Payload) check(key, format string) error {
	switch {
	case p.Bytes < 0 || p.Bytes > maxPayload:
		return fault(key+".bytes", p.Bytes, fmt.Sprintf("use 1 to %d bytes, or 0 for none", maxPayload))
	case p.Bytes > 0 && format != FormatECS:
		return fault(key+".bytes", p.Bytes, "format "+format+" has no field for it, use format ecs or remove it")
	case p.Raw && format != FormatECS:
		return fault(key+".raw", true, "format "+format+" has no field for it, use format ecs or remove it")
	}
	return nil
}

// InitDefaults is called by go-ucfg for every element of the list.
func (in *Input) InitDefaults() {
	*in = Input{
		Enabled:     true,
		Sampling:    Sampling{By: ByPacket},
		SnapLen:     262144,
		Promiscuous: true,
		BufferSize:  32 << 20,
		Engine:      "auto",
		Fanout:      1,
		File:        defaultFile(),
	}
}
