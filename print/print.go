// SPDX-License-Identifier: Apache-2.0

// Package print writes packets to standard output: a readable line each, documents as NDJSON, or the text of the lite format. It knows nothing of
// libbeat.
package print

import (
	"fmt"
	"io"
	"strconv"

	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
)

// Format is what is written of a packet.
type Format string

// The formats.
const (
	Summary Format = "summary"
	ECS     Format = "ecs"
	LiteFmt Format = "lite"
	EK      Format = "ek"
)

// Options of a Printer.
type Options struct {
	Format Format
	// Color marks up summary lines for a terminal.
	Color    bool
	Document document.Options
}

// flushAt is how many bytes are collected before they are written.
const flushAt = 256 << 10

// Printer writes the records of one source. It is used by one goroutine.
type Printer struct {
	w       io.Writer
	opt     Options
	encoder *document.Encoder
	lite    *document.Lite
	ek      *document.Tshark
	line    *summaryLine
	out     []byte
	// Printed counts the packets that were written.
	Printed uint64
}

// New returns a printer on w.
func New(w io.Writer, opt Options) (*Printer, error) {
	p := &Printer{w: w, opt: opt}
	switch opt.Format {
	case ECS:
		p.encoder = document.NewEncoder(opt.Document)
	case LiteFmt:
		p.lite = document.NewLite(opt.Document.CaptureID)
	case EK:
		p.ek = document.NewTshark(opt.Document.CaptureID)
	case Summary:
		p.line = &summaryLine{color: opt.Color, view: document.NewView()}
	default:
		return nil, fmt.Errorf("format %q: not one that can be printed; give summary, ecs, lite or ek", opt.Format)
	}
	return p, nil
}

// Print writes the records of b and, in format ecs, the flows that ended with them. Lines are collected; call Flush when the next batch may be long in coming.
func (p *Printer) Print(b *engine.Batch) error {
	for i := range b.Records {
		r := &b.Records[i]
		switch {
		case p.encoder != nil:
			p.out = append(p.encoder.Append(p.out, b, r), '\n')
		case p.line != nil:
			p.out = p.line.append(p.out, b, r)
		case p.ek != nil:
			p.out = append(p.ek.Append(p.out, r), '\n')
		case p.lite.Has(r):
			p.out = appendLite(p.out, r)
		default:
			continue
		}
		p.Printed++
		if len(p.out) >= flushAt {
			if err := p.Flush(); err != nil {
				return err
			}
		}
	}
	if p.encoder != nil {
		for _, f := range b.Flows {
			p.out = append(p.encoder.AppendFlow(p.out, f), '\n')
		}
	}
	return nil
}

// Flush writes what was collected.
func (p *Printer) Flush() error {
	_, err := p.w.Write(p.out)
	p.out = p.out[:0]
	if err != nil {
		return fmt.Errorf("write packets to standard output: %w", err)
	}
	return nil
}

// appendLite appends the text of the lite format: number, addresses and ports, and an empty line.
func appendLite(dst []byte, r *engine.Record) []byte {
	s, d := r.Core.Source, r.Core.Destination
	dst = strconv.AppendUint(append(dst, "Packet "...), r.Number, 10)
	dst = s.Addr.AppendTo(append(dst, "\nSource IP        - "...))
	dst = strconv.AppendUint(append(dst, "\nSource port      - "...), uint64(s.Port), 10)
	dst = d.Addr.AppendTo(append(dst, "\nDestination IP   - "...))
	dst = strconv.AppendUint(append(dst, "\nDestination port - "...), uint64(d.Port), 10)
	return append(dst, "\n\n"...)
}
