// SPDX-License-Identifier: Apache-2.0

package gsm

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Optional elements of session management. Of the others, those with the first bit set are one byte, the rest say their length in one.
const (
	iePCO         = 0x27
	ieAPN         = 0x28
	ieAddress     = 0x2b
	ieSAPI        = 0x32 // of 2 bytes
	ieExtendedPCO = 0x7b // whose length has 2 bytes
	flagShort     = 0x80
)

// Values that stand in front of the optional elements.
const (
	valueByte    = 'b' // of 1 byte
	valueSized   = 's' // behind a length of 1 byte
	valueNSAPI   = 'n'
	valueCause   = 'c'
	valueAddress = 'a' // as valueSized
	valueName    = 'p' // as valueSized: an access point's
)

// messages are those of session management: names, and the values that each begins with (TS 24.008, 9.5).
var messages = map[uint8]struct{ name, values string }{
	0x41: {"Activate PDP Context Request", "nbsa"},
	0x42: {"Activate PDP Context Accept", "bsb"},
	0x43: {"Activate PDP Context Reject", "c"},
	0x44: {"Request PDP Context Activation", "a"},
	0x45: {"Request PDP Context Activation Reject", "c"},
	0x46: {"Deactivate PDP Context Request", "c"},
	0x47: {"Deactivate PDP Context Accept", ""},
	0x48: {"Modify PDP Context Request (Network to MS direction)", "bbs"},
	0x49: {"Modify PDP Context Accept (MS to network direction)", ""},
	0x4a: {"Modify PDP Context Request (MS to network direction)", ""},
	0x4b: {"Modify PDP Context Accept (Network to MS direction)", ""},
	0x4c: {"Modify PDP Context Reject", "c"},
	0x4d: {"Activate Secondary PDP Context Request", "nbss"},
	0x4e: {"Activate Secondary PDP Context Accept", "bsb"},
	0x4f: {"Activate Secondary PDP Context Reject", "c"},
	0x55: {"SM Status", "c"},
	0x56: {"Activate MBMS Context Request", "bbsap"},
	0x57: {"Activate MBMS Context Accept", "bs"},
	0x58: {"Activate MBMS Context Reject", "c"},
	0x59: {"Request MBMS Context Activation", "nap"},
	0x5a: {"Request MBMS Context Activation Reject", "c"},
	0x5b: {"Request Secondary PDP Context Activation", "ss"},
	0x5c: {"Request Secondary PDP Context Activation Reject", "c"},
	0x5d: {"Notification", "s"},
}

var (
	fNSAPI   = fields.Add("gm.gmm.nsapi", field.Uint8, "gsm_a.gm.gmm.nsapi", "Network service access point of the context", field.Rare, field.Detail)
	fCause   = fields.Add("gm.sm.cause", field.Uint8, "gsm_a.gm.sm.cause", "Cause of a rejection, deactivation or status", field.Rare, field.Detail)
	fAddress = fields.Add("gm.sm.ip_address", field.IP, "gsm_a.gm.sm.ip4_address, gsm_a.gm.sm.ip6_address", "Address of the mobile station")
	fAPN     = fields.Add("gm.sm.apn", field.Keyword, "gsm_a.gm.sm.apn", "Access point name")
)

// session reads a message of session management from its type on.
func session(c *common.Cursor) {
	m, ok := messages[c.Uint8(fSession)]
	if !ok { // what it holds is not known
		return
	}
	for _, kind := range []byte(m.values) {
		value(c, kind)
	}
	for n := 0; c.More() && n < common.MaxItems; n++ {
		optional(c)
	}
}

func value(c *common.Cursor, kind byte) {
	switch kind {
	case valueByte:
		c.Skip(1)
	case valueNSAPI:
		if n := c.U8(); !c.Failed {
			c.P.Out.Uint(fNSAPI, uint64(n&0xf))
		}
	case valueCause:
		c.Uint8(fCause)
	case valueSized:
		c.Sub(int(c.U8()))
	case valueAddress:
		v := c.Sub(int(c.U8()))
		Address(&v, fAddress)
	case valueName:
		v := c.Sub(int(c.U8()))
		AccessPoint(&v, fAPN)
	}
}

func optional(c *common.Cursor) {
	kind := c.U8()
	switch {
	case kind&flagShort != 0:
		return
	case kind == ieSAPI:
		c.Skip(1)
		return
	}
	var v common.Cursor
	if kind == ieExtendedPCO {
		v = c.Sub(int(c.U16()))
	} else {
		v = c.Sub(int(c.U8()))
	}
	switch kind {
	case iePCO, ieExtendedPCO:
		Configuration(&v)
	case ieAPN:
		AccessPoint(&v, fAPN)
	case ieAddress:
		Address(&v, fAddress)
	}
}
