// SPDX-License-Identifier: Apache-2.0

package dns

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// section are the fields of one section's records, an array of objects.
type section struct{ object, name, typ, class, ttl, data, flush field.ID }

func newSection(name, what string, flags ...field.Flag) section {
	g := field.Group("dns." + name)
	return section{
		object: fields.Add(name, field.Object, "", what+", one object a record", append(flags, field.List)...),
		name:   g.Add("name", field.Keyword, "", "Name of the record's owner", flags...),
		typ:    g.Add("type", field.Keyword, "", "Record type; a number where it has no name", flags...),
		class:  g.Add("class", field.Keyword, "", "Record class; a number where it has no name", flags...),
		ttl:    g.Add("ttl", field.Uint32, "", "Time to live, seconds", flags...),
		data:   g.Add("data", field.Keyword, "", "Data in presentation format; hex digits for types without one", flags...),
		flush:  g.Add("cache_flush", field.Bool, "dns.resp.cache_flush", "mDNS: replaces what caches hold for the name", field.Rare),
	}
}

// What Wireshark calls dns.resp.* and by record type lists the records of all sections in order, OPT included; answers,
// authorities and additionals have them apart, as the Elastic Common Schema wants it.
var (
	sections = [3]section{newSection("answers", "Answers", field.ECS), newSection("authorities", "Authority records"),
		newSection("additionals", "Additional records but OPT")}
	fResolved = fields.Add("resolved_ip", field.IP, "", "Addresses in the answers", field.ECS, field.List, field.Unique, field.Core)

	resp   = field.Group("dns.resp")
	fName  = resp.Add("name", field.Keyword, "dns.resp.name", "Name of each record of all sections", field.Rare, field.Detail)
	fRType = resp.Add("type", field.Uint16, "dns.resp.type", "Type number of each record of all sections", field.Rare, field.Detail)
	fTTL   = resp.Add("ttl", field.Uint32, "dns.resp.ttl", "Time to live of each record of all sections but OPT, seconds", field.Rare, field.Detail)

	fA      = fields.Add("a", field.IP, "dns.a", "Addresses of A records of all sections", field.Rare, field.Detail)
	fAAAA   = fields.Add("aaaa", field.IP, "dns.aaaa", "Addresses of AAAA records of all sections", field.Rare, field.Detail)
	fCNAME  = fields.Add("cname", field.Keyword, "dns.cname", "Canonical names of CNAME records of all sections", field.Rare, field.Detail)
	fNS     = fields.Add("ns", field.Keyword, "dns.ns", "Servers of NS records of all sections", field.Rare, field.Detail)
	fPTR    = fields.Add("ptr.domain_name", field.Keyword, "dns.ptr.domain_name", "Names of PTR records of all sections", field.Rare, field.Detail)
	fMX     = fields.Add("mx.mail_exchange", field.Keyword, "dns.mx.mail_exchange", "Mail exchangers of MX records of all sections", field.Rare, field.Detail)
	fTXT    = fields.Add("txt", field.Keyword, "dns.txt", "Strings of TXT records of all sections", field.Rare, field.Detail)
	fSOA    = fields.Add("soa.mname", field.Keyword, "dns.soa.mname", "Primary servers of SOA records of all sections", field.Rare, field.Detail)
	fTarget = fields.Add("srv.target", field.Keyword, "dns.srv.target", "Targets of SRV records of all sections", field.Rare, field.Detail)
	fPort   = fields.Add("srv.port", field.Uint16, "dns.srv.port", "Ports of SRV records of all sections", field.Rare, field.Detail)
)

// record decodes one resource record (RFC 1035, 4.1.3). One whose data is cut or malformed keeps the rest.
func (m *message) record(s *section, isAnswer bool) {
	o := m.p.Out
	m.text = m.name(m.text[:0])
	typ, class, ttl, n := m.u16(), m.u16(), m.u32(), m.u16()
	if m.bad {
		return
	}
	if typ != typeSRV || !m.p.Options.Wireshark { // Wireshark has the parts of a service's name under other names
		o.Text(fName, m.text)
	}
	o.Uint(fRType, uint64(typ))
	data := m.sub(int(n))
	if typ == typeOPT {
		m.edns(data, class, ttl)
		return
	}
	o.Uint(fTTL, uint64(ttl))
	o.Begin(s.object)
	o.Text(s.name, m.text)
	recordTypes.write(o, s.typ, typ)
	if m.variant == multicast { // RFC 6762, 10.2
		if class&0x8000 != 0 {
			o.Bool(s.flush, true)
		}
		class &= 0x7fff
	}
	classes.write(o, s.class, class)
	o.Uint(s.ttl, uint64(ttl))
	// UPDATE has records without data (RFC 2136, 2.4).
	if n > 0 && !m.bad {
		text := data
		m.aux = appendData(m.aux[:0], &text, typ)
		if text.bad {
			m.bad = true
			m.aux = appendHex(m.aux[:0], m.b[data.pos:data.end])
		}
		o.Text(s.data, m.aux)
	}
	o.End()
	if n > 0 && !m.bad {
		m.typed(data, typ, isAnswer)
	}
}

// typed writes the fields of one record type. The data is known to be sound.
func (m *message) typed(d reader, typ uint16, isAnswer bool) {
	o := m.p.Out
	switch typ {
	case typeA, typeAAAA:
		id := fA
		if typ == typeAAAA {
			id = fAAAA
		}
		addr := d.rest()
		o.IP(id, addr)
		if isAnswer {
			o.IP(fResolved, addr)
			common.IP(o, addr)
		}
	case typeCNAME:
		o.Text(fCNAME, m.aux)
	case typeNS:
		o.Text(fNS, m.aux)
	case typePTR:
		o.Text(fPTR, m.aux)
	case typeMX:
		d.u16()
		o.Text(fMX, d.name(m.aux[:0]))
	case typeSOA:
		o.Text(fSOA, d.name(m.aux[:0]))
	case typeSRV:
		d.u32()
		o.Uint(fPort, uint64(d.u16()))
		o.Text(fTarget, d.name(m.aux[:0]))
	case typeNSEC, typeNSEC3, typeCSYNC:
		if m.p.Options.Wireshark {
			m.bitMap(d, typ)
		}
	case typeTXT:
		for d.pos < d.end && !d.bad {
			o.Text(fTXT, d.characters())
		}
	case typeTKEY: // RFC 2930, 2; RFC 3645
		const negotiation = 3
		d.name(m.aux[:0])
		d.bytes(8) // from when and until when
		mode := d.u16()
		d.u16() // error
		if key := d.bytes(int(d.u16())); mode == negotiation && len(key) > 0 {
			m.p.CallName("gss-api", key, len(key))
		}
	}
}

// bitMap writes the types that a record lists to the types of records, as Wireshark does.
func (m *message) bitMap(d reader, typ uint16) {
	switch typ {
	case typeNSEC:
		d.name(m.aux[:0])
	case typeNSEC3:
		d.u32() // algorithm, flags, iterations
		d.characters()
		d.characters()
	case typeCSYNC:
		d.bytes(6) // serial number, flags
	}
	eachType(&d, func(typ uint16) { m.p.Out.Uint(fRType, uint64(typ)) })
}
