// SPDX-License-Identifier: Apache-2.0

// Package capture brings packets in: from capture files, from directories of
// them, from standard input and live from network interfaces. It knows nothing
// of what is inside a packet.
package capture

// LinkType is a link-layer header type as registered at
// https://www.tcpdump.org/linktypes.html.
type LinkType uint32

// Packet is one captured frame with its record.
//
// Data is valid until the Batch that holds it is filled again; its capacity is
// its length, so that an append never reaches a neighbour.
type Packet struct {
	Data []byte
	// Time is the capture time in nanoseconds since the epoch (UTC). When
	// TimeValid is false it is a stand-in (the last valid time of the source,
	// else the file's modification time) and TimeRaw says what the record had.
	Time      int64
	TimeValid bool
	// TimeRaw is the record's own time in whole seconds; only set when TimeValid is false.
	TimeRaw uint64
	// clock is the record's own time in nanoseconds modulo 2^64, or Time where it has none; only set when TimeValid is false.
	clock int64
	// Length is the original length on the wire, bytes; len(Data) is what was captured.
	Length   int
	LinkType LinkType
	// Interface is the index into Source.Interfaces.
	Interface int
	// Offload is what the network card was still to do, or had done, when a live packet was captured; files do not say.
	Offload Offload
	// Offset is the byte offset of the record in the decompressed file; 0 for live that is not stored.
	Offset int64
	// File is the name of the capture store's file that has a live packet at Offset; empty for any other.
	File string
	// Comments are the record's comments (pcapng opt_comment), nil for most.
	Comments []string
}

// Offload says in what a live packet differs from what is on the wire.
type Offload uint8

const (
	// OffloadChecksum: the checksum of the transport layer is left to the network card, so that the one in the packet is not right.
	OffloadChecksum Offload = 1 << iota
	// OffloadSegmentation: the packet stands for several on the wire, which the card takes apart (TSO, GSO) or has joined (GRO, LRO).
	OffloadSegmentation
)

// Clock is the record's own time in nanoseconds modulo 2^64: what lies between two packets is right also where their times, of a clock that
// was set wrong, are not valid.
func (p *Packet) Clock() int64 {
	if p.TimeValid {
		return p.Time
	}
	return p.clock
}

// Interface describes one capture interface of a source.
type Interface struct {
	// ID is the number that the source itself gives the interface. In pcapng it
	// counts from 0 in each section, so that it is not unique; Packet.Interface is.
	ID int
	// Numbered is set when the source numbers its interfaces (pcapng).
	Numbered bool
	// Name is empty when the source does not know it (pcap files).
	Name        string
	Description string
	// NetNS is the network namespace of a live interface as LiveOptions.NetNS named it; empty for the process's own.
	NetNS    string
	LinkType LinkType
	SnapLen  int
}

// Batch is a run of packets in capture order, with the memory that they lie in.
// It is made to be reused: Next overwrites what it held.
type Batch struct {
	Packets []Packet
	slab    []byte
	live    *slab
}

// Release gives the memory of a live capture's packets back before the next Next;
// b holds no packets afterwards. A batch that is not used again must be released,
// or its source has one slab less for good.
func (b *Batch) Release() {
	if b.live == nil {
		return
	}
	b.live.pool.put(b.live)
	b.live, b.Packets = nil, nil
}

// Source yields packets in capture order. It is used by one goroutine, except
// that Close, Stats and Interfaces may be called from any.
type Source interface {
	// Next fills b with the next packets, at least one, waiting for them as long
	// as it takes. The end of a source is io.EOF. Any other error says where the
	// source broke; it comes alone, after all packets before the break were
	// delivered, and is final.
	Next(b *Batch) error
	// Interfaces are those known so far; an index, once given, keeps its meaning.
	Interfaces() []Interface
	Stats() Stats
	// Close makes a waiting Next return io.EOF and frees what the source holds.
	Close() error
}

// Stats counts what a source saw. Counters only grow.
type Stats struct {
	// Received counts packets that the source delivered or dropped.
	Received uint64
	// KernelDropped counts packets that the kernel or the network card lost before espbeat could read them.
	KernelDropped uint64
	// PoolDropped counts packets that espbeat itself dropped because every slab was in use.
	PoolDropped uint64
	// Own counts packets of the process's own connections that were left out.
	Own uint64
	// Bytes counts captured bytes delivered.
	Bytes uint64
}

// timeMin and timeMax bound what Elasticsearch's date_nanos can hold: 1970 to 2262.
const (
	timeMin = int64(0)
	timeMax = int64(1<<63 - 1)
)

// maxPacket bounds a packet's captured bytes. Wireshark's own limit is 256 KiB
// for most link types; larger records mark a broken file.
const maxPacket = 256 << 10
