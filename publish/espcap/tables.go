// SPDX-License-Identifier: Apache-2.0

package espcap

// tables are names of numbers that our documents spell out, and what else the script looks up.
func tables() map[string]any {
	return map[string]any{
		// Of IANA's registries for DNS: the names that are common enough to be searched for. Others stay numbers.
		"opCodes": map[string]any{"0": "QUERY", "1": "IQUERY", "2": "STATUS", "4": "NOTIFY", "5": "UPDATE", "6": "DSO"},
		"responseCodes": map[string]any{"0": "NOERROR", "1": "FORMERR", "2": "SERVFAIL", "3": "NXDOMAIN", "4": "NOTIMP", "5": "REFUSED",
			"6": "YXDOMAIN", "7": "YXRRSET", "8": "NXRRSET", "9": "NOTAUTH", "10": "NOTZONE"},
		"classes": map[string]any{"1": "IN", "2": "CS", "3": "CH", "4": "HS", "254": "NONE", "255": "ANY"},
		"recordTypes": map[string]any{"1": "A", "2": "NS", "5": "CNAME", "6": "SOA", "10": "NULL", "12": "PTR", "13": "HINFO", "15": "MX",
			"16": "TXT", "17": "RP", "18": "AFSDB", "24": "SIG", "25": "KEY", "28": "AAAA", "29": "LOC", "33": "SRV", "35": "NAPTR", "36": "KX",
			"37": "CERT", "39": "DNAME", "41": "OPT", "42": "APL", "43": "DS", "44": "SSHFP", "45": "IPSECKEY", "46": "RRSIG", "47": "NSEC",
			"48": "DNSKEY", "49": "DHCID", "50": "NSEC3", "51": "NSEC3PARAM", "52": "TLSA", "53": "SMIMEA", "55": "HIP", "59": "CDS",
			"60": "CDNSKEY", "61": "OPENPGPKEY", "64": "SVCB", "65": "HTTPS", "99": "SPF", "249": "TKEY", "250": "TSIG", "251": "IXFR",
			"252": "AXFR", "255": "ANY", "256": "URI", "257": "CAA"},
		"dnsFlags": []any{bit("authoritative", "AA"), bit("truncated", "TC"), bit("recdesired", "RD"), bit("recavail", "RA"),
			bit("authenticated", "AD"), bit("checkdisable", "CD")},
		"tcpFlags": []any{"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ae"}, // by bit
		// tshark's names of what follows IP, with IANA's.
		"transports": map[string]any{
			"icmp": transport("icmp", "1"), "igmp": transport("igmp", "2"), "tcp": transport("tcp", "6"), "udp": transport("udp", "17"),
			"dccp": transport("dccp", "33"), "gre": transport("gre", "47"), "esp": transport("esp", "50"), "ah": transport("ah", "51"),
			"icmpv6": transport("ipv6-icmp", "58"), "eigrp": transport("eigrp", "88"), "ospf": transport("ospfigp", "89"),
			"pim": transport("pim", "103"), "vrrp": transport("vrrp", "112"), "sctp": transport("sctp", "132"), "udplite": transport("udplite", "136"),
		},
		"noProtocol": []any{"data", "_ws.malformed", "_ws.short", "_ws.unreassembled", "vssmonitoring"}, // is no application's
		"linkTypes":  map[string]any{"1": "ETHERNET", "7": "RAW", "15": "NULL", "25": "LINUX_SLL"},      // by tshark's own numbers
		// Parameters of URLs whose values are redacted, letters and digits only; and how names of such parameters end.
		"secretNames": []any{"auth", "authorization", "jwt", "key", "pass", "passphrase", "pin", "pw", "pwd", "sid", "sig"},
		"secretEnds": []any{"token", "password", "passwd", "secret", "apikey", "accesskey", "signature", "credential", "credentials",
			"sessionid", "sessid"},
	}
}

func bit(field, name string) map[string]any { return map[string]any{"field": field, "name": name} }

func transport(name, number string) map[string]any {
	return map[string]any{"name": name, "number": number}
}
