// SPDX-License-Identifier: Apache-2.0

package bacnet

import (
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

var (
	mstpFields   = field.Group("mstp")
	fFrameType   = mstpFields.Add("frame_type", field.Uint8, "mstp.frame_type", "Frame: 0 token, 1 poll for master, 2 reply to poll, 5 data that expects a reply, 6 data that does not, 7 reply postponed")
	fDestination = mstpFields.Add("dst", field.Uint8, "mstp.dst", "Station that the frame is for; 255 all")
	fSource      = mstpFields.Add("src", field.Uint8, "mstp.src", "Station that sends")
)

// Frames with data (ASHRAE 135, 9.3).
const expectingReply, notExpectingReply = 5, 6

// frames are the names of frames.
var frames = [...]string{"Token", "Poll For Master", "Reply To Poll For Master", "Test Request", "Test Response", "BACnet Data Expecting Reply", "BACnet Data Not Expecting Reply", "Reply Postponed"}

// mstp is a frame of the master-slave/token-passing bus.
func mstp(p *dissect.Packet, b []byte, wire int) {
	const preambleLen, crcLen = 2, 2
	c := common.Read(p, b, wire)
	c.Skip(preambleLen)
	kind := c.Uint8(fFrameType)
	c.Uint8(fDestination)
	c.Uint8(fSource)
	length := int(c.U16())
	c.Skip(1) // the header's CRC
	if !c.Failed {
		p.SetMAC(b[4:5], b[3:4])
	}
	if c.Failed || length == 0 {
		return
	}
	data := c.Sub(length)
	if kind == expectingReply || kind == notExpectingReply {
		p.Call(Protocol, data.B, data.Wire)
	}
	c.Skip(crcLen)
}

// mstpSummary reads "Token, 126 to 0".
func mstpSummary(dst []byte, v dissect.View) []byte {
	kind, ok := v.Uint(fFrameType)
	if !ok {
		return dst
	}
	if kind < uint64(len(frames)) {
		dst = append(dst, frames[kind]...)
	} else {
		dst = fmt.Appendf(dst, "Frame type %d", kind)
	}
	source, _ := v.Uint(fSource)
	destination, _ := v.Uint(fDestination)
	return fmt.Appendf(dst, ", %d to %d", source, destination)
}
