// SPDX-License-Identifier: Apache-2.0

package dns

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Record types whose data has fields or a format of its own.
const (
	typeA      = 1
	typeNS     = 2
	typeCNAME  = 5
	typeSOA    = 6
	typePTR    = 12
	typeMX     = 15
	typeTXT    = 16
	typeAAAA   = 28
	typeLOC    = 29
	typeSRV    = 33
	typeNAPTR  = 35
	typeDNAME  = 39
	typeOPT    = 41
	typeDS     = 43
	typeSSHFP  = 44
	typeRRSIG  = 46
	typeNSEC   = 47
	typeDNSKEY = 48
	typeNSEC3  = 50
	typeTLSA   = 52
	typeCSYNC  = 62
	typeSVCB   = 64
	typeHTTPS  = 65
	typeEUI48  = 108
	typeEUI64  = 109
	typeTKEY   = 249
	typeCAA    = 257
)

// names are the mnemonics of an IANA registry; a number without one stands for itself.
type names map[uint16]field.Str

func intern(m map[uint16]string) names {
	n := make(names, len(m))
	for k, v := range m {
		n[k] = field.Intern(v)
	}
	return n
}

func (n names) write(o *field.Buffer, id field.ID, v uint16) {
	if s, ok := n[v]; ok {
		o.Const(id, s)
		return
	}
	common.Uint(o, id, uint64(v))
}

func (n names) append(dst []byte, v uint16) []byte {
	if s, ok := n[v]; ok {
		return append(dst, s.String()...)
	}
	return strconv.AppendUint(dst, uint64(v), 10)
}

func (n names) has(v uint16) bool { _, ok := n[v]; return ok }

// IANA, Domain Name System Parameters.
var (
	opCodes       = intern(map[uint16]string{0: "QUERY", 1: "IQUERY", 2: "STATUS", 4: "NOTIFY", 5: "UPDATE", 6: "DSO"})
	responseCodes = intern(map[uint16]string{0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED",
		6: "YXDOMAIN", 7: "YXRRSET", 8: "NXRRSET", 9: "NOTAUTH", 10: "NOTZONE", 11: "DSOTYPENI"})
	classes = intern(map[uint16]string{1: "IN", 2: "CS", 3: "CH", 4: "HS", 254: "NONE", 255: "ANY"})
)

var recordTypes = intern(map[uint16]string{
	1: "A", 2: "NS", 3: "MD", 4: "MF", 5: "CNAME", 6: "SOA", 7: "MB", 8: "MG", 9: "MR", 10: "NULL", 11: "WKS", 12: "PTR",
	13: "HINFO", 14: "MINFO", 15: "MX", 16: "TXT", 17: "RP", 18: "AFSDB", 19: "X25", 20: "ISDN", 21: "RT", 22: "NSAP",
	23: "NSAP-PTR", 24: "SIG", 25: "KEY", 26: "PX", 27: "GPOS", 28: "AAAA", 29: "LOC", 30: "NXT", 31: "EID", 32: "NIMLOC",
	33: "SRV", 34: "ATMA", 35: "NAPTR", 36: "KX", 37: "CERT", 38: "A6", 39: "DNAME", 40: "SINK", 41: "OPT", 42: "APL", 43: "DS",
	44: "SSHFP", 45: "IPSECKEY", 46: "RRSIG", 47: "NSEC", 48: "DNSKEY", 49: "DHCID", 50: "NSEC3", 51: "NSEC3PARAM", 52: "TLSA",
	53: "SMIMEA", 55: "HIP", 56: "NINFO", 57: "RKEY", 58: "TALINK", 59: "CDS", 60: "CDNSKEY", 61: "OPENPGPKEY", 62: "CSYNC",
	63: "ZONEMD", 64: "SVCB", 65: "HTTPS", 99: "SPF", 100: "UINFO", 101: "UID", 102: "GID", 103: "UNSPEC", 104: "NID", 105: "L32",
	106: "L64", 107: "LP", 108: "EUI48", 109: "EUI64", 249: "TKEY", 250: "TSIG", 251: "IXFR", 252: "AXFR", 253: "MAILB",
	254: "MAILA", 255: "ANY", 256: "URI", 257: "CAA", 258: "AVC", 259: "DOA", 260: "AMTRELAY", 32768: "TA", 32769: "DLV",
})
