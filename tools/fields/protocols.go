// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/field"
)

const intro = `<!-- Generated from the registry of protocols and the head of each package under dissect/: change them there, then run ` + "`./run update`" + `. -->

# Protocols

What espbeat dissects, by the names that stand in ` + "`packet.layers`" + ` (Wireshark's). A conversation belongs to who has its port and accepts its first bytes, else to who recognises those
on any port; with neither, the packet's document ends with the transport. *Agreement* is the share of Wireshark's facts about the protocol, by occurrence in the
corpus, that espbeat's documents have just so ([fidelity.md](fidelity.md)).

| Layer | Protocol | Defined by | Fields | Recognised by | Limits | Agreement |
|---|---|---|---|---|---|---|
`

// agreementFile is where tools/fidelity writes how many of a protocol's facts agree, by what their names start with.
const agreementFile = "tests/oracle/agreement.json"

// protocolsPage is docs/protocols.md, of the sources at root.
func protocolsPage(root string) ([]byte, error) {
	packages, err := readPackages(filepath.Join(root, "dissect"))
	if err != nil {
		return nil, err
	}
	agreement, err := readAgreement(filepath.Join(root, agreementFile))
	if err != nil {
		return nil, err
	}
	protocols := all.Registry().All
	slices.SortFunc(protocols, func(a, b *dissect.Protocol) int { return cmp.Compare(a.Name, b.Name) })
	groups := map[string]bool{}
	for _, d := range field.Defs() {
		group, _, _ := strings.Cut(d.Name, ".")
		groups[group] = true
	}
	heads := map[string]string{} // the protocol of each package that tells its limits
	for _, p := range protocols {
		if pkg := packageOf(p); heads[pkg] == "" || p.Name == pkg {
			heads[pkg] = p.Name
		}
	}
	var b bytes.Buffer
	b.WriteString(intro)
	for _, p := range protocols {
		pkg, ok := packages[packageOf(p)]
		if !ok {
			return nil, fmt.Errorf("protocol %s has no package under dissect: one of its functions must be written there", p.Name)
		}
		limits := pkg.limits
		if head := heads[packageOf(p)]; limits != "" && head != p.Name {
			limits = "as `" + head + "`"
		}
		own, shared := fieldGroups(p, pkg, groups)
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s |\n", p.Name, p.Title, reference(p.Reference), links(own, shared), strings.Join(recognised(p), "; "), cell(limits),
			agreement[own])
	}
	return b.Bytes(), nil
}

// fieldGroups are the prefixes of a protocol's fields: its own, "" when it has none, else that of its package's name, else all of its package.
func fieldGroups(p *dissect.Protocol, pkg source, groups map[string]bool) (own string, shared []string) {
	own, _, _ = strings.Cut(p.Name, ".")
	if groups[own] {
		return own, nil
	}
	if name := packageOf(p); slices.Contains(pkg.groups, name) {
		return "", []string{name}
	}
	return "", pkg.groups
}

func links(own string, shared []string) string {
	if own != "" {
		shared = []string{own}
	}
	var s []string
	for _, g := range shared {
		s = append(s, fmt.Sprintf("[`%s.*`](fields.md#%s)", g, g))
	}
	return strings.Join(s, ", ")
}

// recognised says how a protocol is found.
func recognised(p *dissect.Protocol) (how []string) {
	how = numbers(how, "link type", "%d", p.LinkTypes)
	how = numbers(how, "EtherType", "0x%04x", p.EtherTypes)
	how = numbers(how, "LLC SAP", "0x%02x", p.LLCSAPs)
	how = numbers(how, "PPP protocol", "0x%04x", p.PPPTypes)
	how = numbers(how, "GRE type", "0x%04x", p.GREProtocol)
	how = numbers(how, "IP protocol", "%d", p.IPProtocols)
	how = numbers(how, "TCP port", "%d", p.TCPPorts)
	how = numbers(how, "UDP port", "%d", p.UDPPorts)
	how = numbers(how, "SCTP port", "%d", p.SCTPPorts)
	if p.GuessTCP != nil {
		how = append(how, "first bytes over TCP")
	}
	if p.GuessUDP != nil {
		how = append(how, "first bytes over UDP")
	}
	if how == nil {
		how = []string{"what carries it"}
	}
	return how
}

func numbers[N uint8 | uint16 | uint32](how []string, what, format string, list []N) []string {
	if len(list) == 0 {
		return how
	}
	var s []string
	for _, n := range list {
		s = append(s, fmt.Sprintf(format, n))
	}
	if len(s) > 1 {
		what += "s"
	}
	return append(how, what+" "+strings.Join(s, ", "))
}

var rfc = regexp.MustCompile(`RFC (\d+)`)

// reference is a protocol's defining document, with links to RFCs.
func reference(s string) string {
	return cell(rfc.ReplaceAllString(s, "[RFC $1](https://www.rfc-editor.org/rfc/rfc$1)"))
}

// cell makes text fit for a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// readAgreement reads the share of each protocol's facts that agree, as text. Without the file there are none.
func readAgreement(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var counts map[string]struct{ Packets, Agree int }
	if err := json.Unmarshal(text, &counts); err != nil {
		return nil, fmt.Errorf("%s: %w: run `./run fidelity`, which writes it", path, err)
	}
	shares := map[string]string{}
	for name, c := range counts {
		if c.Packets > 0 {
			shares[name] = fmt.Sprintf("%.2f %% of %d", 100*float64(c.Agree)/float64(c.Packets), c.Packets)
		}
	}
	return shares, nil
}
