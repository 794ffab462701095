// SPDX-License-Identifier: Apache-2.0

package gen

import (
	"fmt"
	"math/rand/v2"

	"golang.org/x/net/dns/dnsmessage"
)

// Names of a DNS workload are drawn from this many, the popular ones far more often than the others.
const dnsNames = 50_000

// typeHTTPS is the record type of RFC 9460, which dnsmessage does not name.
const typeHTTPS = dnsmessage.Type(65)

// lookups writes n packets: a query by one of some thousand clients, then its answer by one of two resolvers.
func lookups(w *writer, n int) error {
	r := random()
	popular := rand.NewZipf(r, 1.2, 4, dnsNames-1)
	types := []dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeA, dnsmessage.TypeA, dnsmessage.TypeAAAA, dnsmessage.TypeAAAA, typeHTTPS, dnsmessage.TypeTXT, dnsmessage.TypeMX}
	var frame []byte
	for i := 0; i < n; i += 2 {
		name, err := dnsmessage.NewName(dnsName(popular.Uint64()))
		if err != nil {
			return err
		}
		from, to := client(r), end{[4]byte{10, 9, 0, byte(53 + r.IntN(2))}, 53}
		question := dnsmessage.Question{Name: name, Type: types[r.IntN(len(types))], Class: dnsmessage.ClassINET}
		id := uint16(r.Uint32())
		query, err := message(dnsmessage.Header{ID: id, RecursionDesired: true}, question, nil)
		if err != nil {
			return err
		}
		frame = udpFrame(frame[:0], from, to, uint16(r.Uint32()), query)
		if err := w.put(frame, int64(5_000+r.IntN(60_000))); err != nil {
			return err
		}
		if i+1 == n {
			return nil
		}
		answers, code := resolve(r, question)
		answer, err := message(dnsmessage.Header{ID: id, Response: true, RecursionDesired: true, RecursionAvailable: true, RCode: code}, question, answers)
		if err != nil {
			return err
		}
		frame = udpFrame(frame[:0], to, from, uint16(r.Uint32()), answer)
		if err := w.put(frame, int64(200_000+r.IntN(20_000_000))/64); err != nil { // other lookups run meanwhile in a real capture
			return err
		}
	}
	return nil
}

// dnsName is the name of a rank, the same each time.
func dnsName(rank uint64) string {
	services := []string{"www", "api", "cdn", "img", "mail", "login", "static", "update"}
	zones := []string{"com", "net", "org", "io", "de", "co.uk"}
	return fmt.Sprintf("%s%d.site-%x.%s.", services[rank%8], rank%5, rank*2654435761%(1<<24), zones[rank/8%6])
}

// resolve makes the answers to a question; one name in twelve does not exist.
func resolve(r *rand.Rand, q dnsmessage.Question) ([]dnsmessage.Resource, dnsmessage.RCode) {
	if r.IntN(12) == 0 {
		return nil, dnsmessage.RCodeNameError
	}
	head := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: uint32(30 * (1 + r.IntN(20)))}
	var answers []dnsmessage.Resource
	add := func(body dnsmessage.ResourceBody) {
		answers = append(answers, dnsmessage.Resource{Header: head, Body: body})
	}
	switch q.Type {
	case dnsmessage.TypeA:
		for range 1 + r.IntN(4) {
			add(&dnsmessage.AResource{A: [4]byte{203, 0, 113, byte(r.IntN(256))}})
		}
	case dnsmessage.TypeAAAA:
		for range 1 + r.IntN(3) {
			a := [16]byte{0x20, 0x01, 0x0d, 0xb8, 15: byte(r.IntN(256)), 14: byte(r.IntN(256))}
			add(&dnsmessage.AAAAResource{AAAA: a})
		}
	case dnsmessage.TypeTXT:
		add(&dnsmessage.TXTResource{TXT: []string{fmt.Sprintf("v=spf1 ip4:198.51.100.%d include:_spf.example.com -all", r.IntN(256))}})
	case dnsmessage.TypeMX:
		add(&dnsmessage.MXResource{Pref: uint16(10 * (1 + r.IntN(3))), MX: dnsmessage.MustNewName(fmt.Sprintf("mx%d.example.com.", r.IntN(9)))})
	}
	return answers, dnsmessage.RCodeSuccess
}

// message packs one with EDNS.
func message(h dnsmessage.Header, q dnsmessage.Question, answers []dnsmessage.Resource) ([]byte, error) {
	edns := dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName("."), Type: dnsmessage.TypeOPT, Class: 1232}, Body: &dnsmessage.OPTResource{}}
	m := dnsmessage.Message{Header: h, Questions: []dnsmessage.Question{q}, Answers: answers, Additionals: []dnsmessage.Resource{edns}}
	return m.Pack()
}
