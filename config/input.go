// SPDX-License-Identifier: Apache-2.0

package config

// Input is one configured source of packets.
type Input struct {
	// ID names the input in metrics and logs; the default is its place in the list.
	ID      string `config:"id"`
	Type    string `config:"type"`
	Enabled bool   `config:"enabled"`
	// Tags and Fields are added to every document of the input.
	Tags   []string       `config:"tags"`
	Fields map[string]any `config:"fields"`
	// Filter is a BPF expression, in libpcap's syntax.
	Filter string `config:"filter"`
	// Count ends the input after so many packets; 0 is all.
	Count uint64 `config:"count"`
	// Index and Pipeline are where the input's documents go, instead of where the output says.
	Index    string `config:"index"`
	Pipeline string `config:"pipeline"`
	// Sampling and Dedup say which packets have no document.
	Sampling Sampling `config:"sampling"`
	Dedup    Dedup    `config:"dedup"`
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
