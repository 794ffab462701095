// SPDX-License-Identifier: Apache-2.0

// Package document makes a record a document: the ECS core, the order of keys, the formats ecs and lite.
//
// There is one description of a document, the sorted list of its fields (Encoder.collect); JSON and plain Go values are both written from it.
package document

import (
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/field"
)

// Options say how documents are made. They hold for one source of packets.
type Options struct {
	// CaptureID begins every document's id: a file's fingerprint, or random for a live capture.
	CaptureID [10]byte
	// Internal are the networks on the inside, for network.direction; nil leaves the field out.
	Internal []netip.Prefix
	// Hostname and Version describe the observer; empty leaves the field out.
	Hostname, Version string
	// Interfaces are those of the source.
	Interfaces func() []capture.Interface
	// Profile chooses which fields documents have.
	Profile field.Profile
	// Shipped leaves ecs.version out: whoever ships the document adds it, with the agent's fields.
	Shipped bool
	// AllAddresses writes every header's own addresses and ports, also of packets with one header of a layer (compat: wireshark).
	AllAddresses bool
	// StoreID is that of the capture store which the source's packets are in; empty without one.
	StoreID string
	// File is the name of the capture file that all packets are in, beneath the store, and Mark its fingerprint; both are empty where each packet says its
	// own, or none.
	File, Mark string
	// Sampling is the engine's; where there is some, documents say how many packets they stand for.
	Sampling engine.Sampling
	// Partial says of documents that what spans packets is not known from the capture's start on.
	Partial bool
}

const (
	// MaxBytes bounds one document, bytes.
	MaxBytes = 64 << 10
	// MaxRaw is how many of a packet's bytes a document can hold at most, as base64.
	MaxRaw = MaxBytes / 4 * 3
)

// Document is one packet as a document. It is immutable; it stays valid until its Memory is reset.
type Document struct {
	json []byte // the whole object
	keys []span
	id   [idLen]byte
	time int64
	// maker makes values of the record that the document was made of.
	maker  maker
	batch  *engine.Batch
	record *engine.Record
	cut    limit
}

// maker makes the value of a document's top-level key. Any goroutine may call it.
type maker interface {
	valueOf(d *Document, key string) any
}

// Memory is what documents lie in. Reset makes all of them invalid.
type Memory struct {
	json  []byte
	spans []span
}

// Reset forgets the documents and keeps the memory.
func (m *Memory) Reset() { m.json, m.spans = m.json[:0], m.spans[:0] }

// span is where one top-level key's value lies in the JSON.
type span struct {
	name     string
	from, to int
}

const idLen = 20

// AppendID appends the id of a packet: 10 bytes of capture id and 5 of number, base64url, so that the ids of a capture ascend.
func AppendID(dst []byte, captureID [10]byte, number uint64) []byte {
	var b [15]byte
	copy(b[:], captureID[:])
	b[10] = byte(number >> 32)
	binary.BigEndian.PutUint32(b[11:], uint32(number))
	return base64.RawURLEncoding.AppendEncode(dst, b[:])
}

// ID is the document's _id.
func (d *Document) ID() string { return string(d.id[:]) }

// Timestamp is @timestamp.
func (d *Document) Timestamp() time.Time { return time.Unix(0, d.time).UTC() }

// Len is the number of top-level keys, @timestamp not counted.
func (d *Document) Len() int { return len(d.keys) }

// Key is the name of the i-th top-level key.
func (d *Document) Key(i int) string { return d.keys[i].name }

// AppendValue appends the JSON of the i-th key's value.
func (d *Document) AppendValue(dst []byte, i int) []byte {
	return append(dst, d.json[d.keys[i].from:d.keys[i].to]...)
}

// Members is the JSON of all keys and values, without braces and without the first key. A document has a key always.
func (d *Document) Members() []byte { return d.json[d.keys[0].from : len(d.json)-1] }

// Value is the i-th key's value as plain Go values: map[string]any, []any, string, int64, uint64, float64, bool.
func (d *Document) Value(i int) any { return d.maker.valueOf(d, d.keys[i].name) }

// JSON is the whole document on one line, with @timestamp, without a line feed.
func (d *Document) JSON() []byte { return d.json }
