// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"fmt"
	"strings"
)

// Options of pcapng blocks (draft-ietf-opsawg-pcapng section 3.5): code and
// length, 16 bits each, the value, padding to a multiple of 4. Options that are
// cut off or do not fit end the list; the block that they describe stays.
const (
	optEnd         = 0
	optComment     = 1
	optName        = 2  // if_name
	optDescription = 3  // if_description
	optTSResol     = 9  // if_tsresol
	optTSOffset    = 14 // if_tsoffset

	// maxComments bounds the comments of one packet.
	maxComments = 64
	// maxText bounds an interface's name and description, bytes.
	maxText = 4 << 10
)

// option takes the first option off opts; ok is false at their end.
func (p *pcapng) option(opts []byte) (code uint16, value, rest []byte, ok bool) {
	if len(opts) < 4 {
		return 0, nil, nil, false
	}
	code = p.order.Uint16(opts)
	n := int(p.order.Uint16(opts[2:]))
	opts = opts[4:]
	if code == optEnd || n > len(opts) {
		return 0, nil, nil, false
	}
	return code, opts[:n:n], opts[min((n+3)&^3, len(opts)):], true
}

// comments are the comments of a packet block, nil if it has none.
func (p *pcapng) comments(opts []byte) (out []string) {
	for len(out) < maxComments {
		code, value, rest, ok := p.option(opts)
		if !ok {
			break
		}
		if code == optComment {
			out = append(out, text(value))
		}
		opts = rest
	}
	return out
}

// iface reads an interface description block.
func (p *pcapng) iface(f *file, block []byte, total int64) error {
	if len(f.interfaces) >= maxInterfaces {
		return fmt.Errorf("the file describes more than %d interfaces", maxInterfaces)
	}
	in := Interface{
		ID:       len(f.interfaces) - p.first,
		Numbered: true,
		LinkType: linkType(uint32(p.order.Uint16(block[8:]))),
		SnapLen:  length(p.u32(block[12:])),
	}
	unit := newTimeUnit(6)
	opts := block[16:min(int64(len(block)), total-4)]
	for {
		code, value, rest, ok := p.option(opts)
		if !ok {
			break
		}
		switch {
		case code == optName:
			in.Name = text(value[:min(len(value), maxText)])
		case code == optDescription:
			in.Description = text(value[:min(len(value), maxText)])
		case code == optTSResol && len(value) == 1:
			offset := unit.offset
			unit = newTimeUnit(value[0])
			unit.offset = offset
		case code == optTSOffset && len(value) == 8:
			unit.offset = int64(p.order.Uint64(value))
		}
		opts = rest
	}
	f.describe(in)
	p.units = append(p.units, unit)
	return nil
}

// text is an option's string: UTF-8, ending at a NUL where a writer counted one.
func text(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}
