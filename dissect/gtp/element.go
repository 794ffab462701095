// SPDX-License-Identifier: Apache-2.0

package gtp

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/gsm"
	"github.com/espbeat/espbeat/field"
)

// Information elements of versions 0 and 1 (3GPP TS 29.060, 7.7; TS 09.60, 7.9): a type below 128 has a fixed length, others a length of 2 bytes.
const (
	ieIMSI       = 2
	ieRecovery   = 14
	ieTEIDData   = 16
	ieTEIDCP     = 17
	ieTEIDII     = 18
	ieNSAPI      = 20
	ieChargingID = 127
	ieUser       = 128
	ieAPN        = 131
	iePCO        = 132
	ieGSN        = 133
	ieMSISDN     = 134
)

// fixed is the length of elements without one, by type; 0 is unknown.
var fixed = [128]uint8{1: 1, ieIMSI: 8, 3: 6, 4: 4, 5: 4, 6: 3, 8: 1, 9: 28, 11: 1, 12: 3, 13: 1, ieRecovery: 1, 15: 1, ieTEIDData: 4, ieTEIDCP: 4, ieTEIDII: 5,
	19: 1, ieNSAPI: 1, 21: 1, 22: 9, 23: 1, 24: 1, 25: 2, 26: 2, 27: 2, 28: 2, 29: 1, 126: 1, ieChargingID: 4}

// fixedV0 are those of version 0 that differ: flow labels of 2 bytes, and of 3 with an NSAPI.
var fixedV0 = map[uint8]uint8{ieTEIDData: 2, ieTEIDCP: 2, ieTEIDII: 3}

var (
	fIE       = fields.Add("ie_id", field.Uint8, "gtp.ie_id", "Types of the information elements in order", field.List, field.Rare, field.Detail)
	fCause    = fields.Add("cause", field.Uint8, "gtp.cause", "Cause: 128 request accepted, 192 and above refused", field.Rare)
	fRecovery = fields.Add("recovery", field.Uint8, "gtp.recovery", "Restart counter", field.Rare, field.Detail)
	fTEIDData = fields.Add("teid_data", field.Uint32, "gtp.teid_data", "TEID for the user plane that the sender gives")
	fTEIDCP   = fields.Add("teid_cp", field.Uint32, "gtp.teid_cp", "TEID for the control plane that the sender gives")
	fNSAPI    = fields.Add("nsapi", field.Uint8, "gtp.nsapi", "Network service access point of the context", field.Rare)
	fCharging = fields.Add("chrg_id", field.Uint32, "gtp.chrg_id", "Charging ID", field.Rare, field.Detail)
	fUserIP   = fields.Add("user_ip", field.IP, "gtp.user_ipv4, gtp.user_ipv6", "Address of the subscriber")
	fAPN      = fields.Add("apn", field.Keyword, "gtp.apn", "Access point name")
	fGSN      = fields.Add("gsn_ip", field.IP, "gtp.gsn_ipv4, gtp.gsn_ipv6", "Addresses of the support nodes")
	fMSISDN   = fields.Add("msisdn", field.Keyword, "e164.msisdn", "Telephone number of the subscriber")
)

// elements reads the information elements of a control message.
func elements(p *dissect.Packet, version uint8, b []byte, wire int) {
	c := common.Read(p, b, wire)
	for n := 0; c.More() && n < common.MaxItems; n++ {
		kind := c.Uint8(fIE)
		if kind >= ieUser {
			v := c.Sub(int(c.U16()))
			sized(kind, &v)
			continue
		}
		size := fixed[kind]
		if v0, ok := fixedV0[kind]; ok && version == 0 {
			size = v0
		}
		if size == 0 { // how long it is is not known
			return
		}
		v := c.Sub(int(size))
		short(kind, version, &v)
	}
}

// short reads an element of fixed length.
func short(kind, version uint8, v *common.Cursor) {
	switch kind {
	case 1:
		v.Uint8(fCause)
	case ieIMSI:
		gsm.IMSI(v)
	case ieRecovery:
		v.Uint8(fRecovery)
	case ieTEIDData:
		if version > 0 {
			v.Uint32(fTEIDData)
		}
	case ieTEIDCP:
		if version > 0 {
			v.Uint32(fTEIDCP)
		}
	case ieNSAPI:
		v.Uint8(fNSAPI)
	case ieChargingID:
		v.Uint32(fCharging)
	}
}

// sized reads an element that says its length.
func sized(kind uint8, v *common.Cursor) {
	switch kind {
	case ieUser:
		gsm.Address(v, fUserIP)
	case ieAPN:
		gsm.AccessPoint(v, fAPN)
	case iePCO:
		gsm.Configuration(v)
	case ieGSN:
		if n := v.Wire; n == 4 || n == 16 {
			v.IP(fGSN, n)
		}
	case ieMSISDN:
		v.Skip(1) // kind and plan of the number
		gsm.Digits(v, fMSISDN)
	}
}
