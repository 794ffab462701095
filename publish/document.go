// SPDX-License-Identifier: Apache-2.0

// Package publish hands documents to the libbeat pipeline: encoders, views that
// stream themselves into the output's encoder, acknowledgement and the ledger.
package publish

import "time"

// Document is one packet as a document. It is read only, and stays as it is until
// its batch is released.
type Document interface {
	// Its members are the top-level keys, without @timestamp; there is at least one.
	object
	// ID is the document's _id.
	ID() string
	Timestamp() time.Time
}

// Batch is a run of records of one input, in capture order.
type Batch interface {
	// Len is the number of records.
	Len() int
	// Bytes is the memory that the records hold.
	Bytes() int
	// Release gives the records back; nothing of the batch is used after it.
	Release()
}

// Encoder makes documents of the records of a batch. Each goroutine has its own.
type Encoder interface {
	// Encode appends the documents of b to docs; a packet for which the format has
	// none is left out. The documents stay valid until the batch is released; mem is
	// memory for them, which is used again after that.
	Encode(docs []Document, mem *Memory, b Batch) []Document
}

// Memory is what an encoder keeps the documents of one batch in.
type Memory struct{ Encoder any }
