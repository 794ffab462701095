// SPDX-License-Identifier: Apache-2.0

package nbns

// services are what Wireshark calls the services of names, which it writes behind the names of address records.
var services = map[byte]string{
	0x00: "Workstation/Redirector",
	0x01: "Browser",
	0x02: "Workstation/Redirector",
	0x03: "Messenger service/Main name",
	0x05: "Forwarded name",
	0x06: "RAS Server service",
	0x1b: "Domain Master Browser",
	0x1c: "Domain Controllers",
	0x1d: "Local Master Browser",
	0x1e: "Browser Election Service",
	0x1f: "Net DDE Service",
	0x20: "Server service",
	0x21: "RAS client service",
	0x22: "Exchange Interchange (MSMail Connector)",
	0x23: "Exchange Store",
	0x24: "Exchange Directory",
	0x2b: "Lotus Notes Server service",
	0x30: "Modem sharing server service",
	0x31: "Modem sharing client service",
	0x43: "SMS Clients Remote Control",
	0x44: "SMS Administrators Remote Control Tool",
	0x45: "SMS Clients Remote Chat",
	0x46: "SMS Clients Remote Transfer",
	0x4c: "DEC Pathworks TCP/IP Service on Windows NT",
	0x52: "DEC Pathworks TCP/IP Service on Windows NT",
	0x6a: "Microsoft Exchange IMC",
	0x87: "Microsoft Exchange MTA",
	0xbe: "Network Monitor Agent",
	0xbf: "Network Monitor Analyzer",
}

// appendService appends the service of a name as Wireshark does.
func appendService(dst []byte, service byte) []byte {
	name, ok := services[service]
	if !ok {
		name = "Unknown"
	}
	return append(append(append(dst, " ("...), name...), ')')
}
