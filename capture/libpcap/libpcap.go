// SPDX-License-Identifier: Apache-2.0

// Package libpcap calls the system's libpcap, which it loads when it is first
// needed: a program that imports this package starts, and does everything else,
// where no libpcap is installed. Built without cgo it offers the same functions,
// and each returns an error that says what is missing.
package libpcap

import "time"

// Insn is one classic BPF instruction (struct bpf_insn).
type Insn struct {
	Code   uint16
	Jt, Jf uint8
	K      uint32
}

// Options say how a handle is opened.
type Options struct {
	Device      string
	SnapLen     int
	Promiscuous bool
	// BufferSize is the kernel buffer, bytes; 0 is libpcap's default.
	BufferSize int
	// Filter is a pcap-filter expression; empty takes every packet.
	Filter string
}

// Info is the record of one packet.
type Info struct {
	// Time is nanoseconds since the epoch.
	Time int64
	// Length is the original length on the wire, bytes.
	Length int
}

// Stats are libpcap's counters, which wrap at 32 bits.
type Stats struct {
	// Dropped counts packets for which the buffer had no room.
	Dropped uint32
}

// Device is one entry of libpcap's list of capture devices.
type Device struct {
	Name, Description string
}

// pollInterval bounds how long Next waits in the system before it looks again
// whether it was woken: on some systems the descriptor does not become ready.
const pollInterval = 50 * time.Millisecond

// noNetmask is PCAP_NETMASK_UNKNOWN.
const noNetmask = 0xffffffff

// maxInsns bounds a program that libpcap hands over; the kernel's own limit is 4096.
const maxInsns = 1 << 16
