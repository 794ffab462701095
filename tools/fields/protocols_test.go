// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/publish/espcap"
	"github.com/espbeat/espbeat/tools/page"
)

// The page must be what the registry gives now, with a row of seven cells for every protocol.
func TestProtocolsPage(t *testing.T) {
	got, err := protocolsPage("../..")
	if err != nil {
		t.Fatal(err)
	}
	if committed, err := os.ReadFile("../../docs/protocols.md"); err != nil || !bytes.Equal(got, committed) {
		t.Errorf("docs/protocols.md is not what the registry gives (%v): run `./run update` and commit it", err)
	}
	for line := range strings.Lines(string(got)) {
		if strings.HasPrefix(line, "|") && strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") != 8 {
			t.Errorf("not seven cells: %s", line)
		}
	}
	for _, want := range []string{
		"\n| `dns` | DNS | [RFC 1035](https://www.rfc-editor.org/rfc/rfc1035) | [`dns.*`](fields.md#dns) | TCP ports 53, 5353; UDP port 53 | Limits: 256 questions",
		"\n| `mdns` | MDNS | [RFC 6762](https://www.rfc-editor.org/rfc/rfc6762) | [`dns.*`](fields.md#dns) | UDP port 5353 | as `dns` |  |",
		"\n| `grpc` | GRPC | gRPC over HTTP2 | [`grpc.*`](fields.md#grpc) | what carries it | Not decoded: ",
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no row %q", want)
		}
	}
}

// The table for who comes from Espcap must be what the field definitions give now.
func TestEspcapTable(t *testing.T) {
	committed, err := os.ReadFile("../../docs/from-espcap.md")
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "from-espcap.md")
	if err := os.WriteFile(copied, committed, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := page.Put(copied, espcapPart, espcap.Markdown()); err != nil {
		t.Fatal(err)
	}
	if now, err := os.ReadFile(copied); err != nil || !bytes.Equal(now, committed) {
		t.Errorf("docs/from-espcap.md is not what the field definitions give (%v): run `./run update` and commit it", err)
	}
	for _, want := range []string{
		"\n### layers.dns\n", "\n| `dns_dns_qry_name` | `dns.question.name`, `related.hosts` | `dns.qry.name` |\n",
		"\n| `ipv6_fraghdr_ipv6_fraghdr_ident` | `ipv6.fraghdr.ident` | `ipv6.fraghdr.ident` |\n",
	} {
		if !strings.Contains(string(committed), want) {
			t.Errorf("no %q", want)
		}
	}
}

func TestRecognised(t *testing.T) {
	guess := func([]byte) bool { return false }
	p := &dissect.Protocol{LinkTypes: []uint32{1, 2}, EtherTypes: []uint16{0x806}, LLCSAPs: []uint8{0x42}, PPPTypes: []uint16{0x21}, GREProtocol: []uint16{0x88be}, IPProtocols: []uint8{6},
		TCPPorts: []uint16{80}, UDPPorts: []uint16{53}, SCTPPorts: []uint16{7}, GuessTCP: guess, GuessUDP: guess}
	const want = "link types 1, 2; EtherType 0x0806; LLC SAP 0x42; PPP protocol 0x0021; GRE type 0x88be; IP protocol 6; TCP port 80; UDP port 53; SCTP port 7; first bytes over TCP; first bytes over UDP"
	if got := strings.Join(recognised(p), "; "); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestAgreement(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agreement.json")
	if shares, err := readAgreement(path); err != nil || shares["dns"] != "" {
		t.Errorf("without a file: %v, %v", shares, err)
	}
	os.WriteFile(path, []byte(`{"dns": {"packets": 400, "agree": 399}, "ip": {"packets": 0, "agree": 0}}`), 0o600)
	if shares, err := readAgreement(path); err != nil || shares["dns"] != "99.75 % of 400" || shares["ip"] != "" {
		t.Errorf("%v, %v", shares, err)
	}
	os.WriteFile(path, []byte(`{`), 0o600)
	if _, err := readAgreement(path); err == nil || !strings.Contains(err.Error(), "./run fidelity") {
		t.Errorf("error %v", err)
	}
}
