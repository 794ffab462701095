// SPDX-License-Identifier: Apache-2.0

package enip

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

// Types of items (volume 2, 2-6).
const (
	identity         = 0x0c
	connectedAddress = 0xa1
	connectedData    = 0xb1
	unconnectedData  = 0xb2
	sequencedAddress = 0x8002
)

// items reads items, and gives those with data to data; nil takes none.
func items(c common.Cursor, data func(item common.Cursor, isConnected bool)) {
	if !c.More() {
		return
	}
	count := int(c.Little16())
	for i := 0; i < count && !c.Failed; i++ {
		if i == common.MaxItems {
			c.P.Out.Cut = true
			return
		}
		kind := c.LittleNumber(fItem, 2)
		item := c.Sub(int(c.Little16()))
		switch kind {
		case identity:
			identify(item)
		case connectedAddress:
			item.LittleNumber(fConnection, 4)
		case sequencedAddress:
			item.LittleNumber(fConnection, 4)
			item.LittleNumber(fSequence, 4)
		case connectedData, unconnectedData:
			if data != nil {
				data(item, kind == connectedData)
			}
		}
	}
}

// identify reads what a device says of itself.
func identify(c common.Cursor) {
	c.Skip(2 + 2 + 2) // the version, the family and port of the address
	if addr := c.Bytes(4); addr != nil {
		c.P.Out.IP(fAddress, addr)
		common.IP(c.P.Out, addr)
	}
	c.Skip(8)
	c.LittleNumber(fVendor, 2)
	c.LittleNumber(fDevice, 2)
	c.LittleNumber(fProduct, 2)
	c.Skip(2 + 2) // the revision, the status
	c.LittleNumber(fSerial, 4)
	c.Text(fName, int(c.U8()))
}

// guessIO recognises I/O: an address of a connection and data, which fill the datagram.
func guessIO(b []byte) bool {
	const count, head = 2, 4
	if len(b) < 2+head || binary.LittleEndian.Uint16(b) != count {
		return false
	}
	kind, n := binary.LittleEndian.Uint16(b[2:]), int(binary.LittleEndian.Uint16(b[4:]))
	if kind == sequencedAddress && n != 8 || kind == connectedAddress && n != 4 || kind != sequencedAddress && kind != connectedAddress {
		return false
	}
	at := 2 + head + n
	return len(b) >= at+head && binary.LittleEndian.Uint16(b[at:]) == connectedData && int(binary.LittleEndian.Uint16(b[at+2:])) == len(b)-at-head
}

// connected is I/O. Wireshark takes everything on the port for it, and nothing elsewhere.
func connected(p *dissect.Packet, b []byte, wire int) {
	onPort := p.Core.Source.Port == portIO || p.Core.Destination.Port == portIO
	if p.Options.Wireshark && !onPort || !p.Options.Wireshark && !guessIO(b) && len(b) == wire {
		p.Pop()
		return
	}
	p.Message(IO)
	items(common.Read(p, b, wire), func(item common.Cursor, _ bool) {
		if item.Wire > 0 && !slices.Contains(p.Layers[:p.Depth-1], IO) {
			p.Push(IO)
		}
	})
}

// summaryIO reads "Connection: ID=0x004B0201, SEQ=4166906", as Wireshark's Info column.
func summaryIO(dst []byte, v dissect.View) []byte {
	id, ok := v.Uint(fConnection)
	if !ok {
		return dst
	}
	dst = fmt.Appendf(dst, "Connection: ID=0x%08X", id)
	if n, ok := v.Uint(fSequence); ok {
		dst = fmt.Appendf(dst, ", SEQ=%d", n)
	}
	return dst
}
