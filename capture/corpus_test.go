// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// corpus is a folder of real captures, with what tshark says about their packets.
const corpus = "../../shared/corpus"

// pseudoHeader is the length of what tshark does not count as part of a frame, by
// link type.
func pseudoHeader(link LinkType, data []byte) int {
	switch link {
	case 123, 139, 201, 254: // SunATM, MTP2, Bluetooth H4, Bluetooth Linux monitor
		return 4
	case 144, 177: // IrDA, LAPD
		return 16
	case 196, 209: // SITA, I2C
		return 5
	case 204: // PPP with direction
		return 1
	case 245: // NFC LLCP
		return 2
	}
	return 0
}

// otherThanTshark are the captures of which this reader and tshark 4.0 read a
// different number of packets, with what is right here.
var otherThanTshark = map[string]struct {
	packets int
	broken  bool
	why     string
}{
	"OISF_suricata-verify/fuzz.pcap":                                       {1, true, "broken second record: tshark 4.0 takes the file for a variant, later ones do not"},
	"the-tcpdump-group_libpcap/brcm-tag.pcap":                              {15, false, "link type 281 is unknown to tshark 4.0"},
	"the-tcpdump-group_tcpdump/brcm-tag.pcap":                              {23, false, "link type 281 is unknown to tshark 4.0"},
	"the-tcpdump-group_tcpdump/brcm-tag-prepend.pcap":                      {15, false, "link type 282 is unknown to tshark 4.0"},
	"the-tcpdump-group_tcpdump/dsa.pcap":                                   {8, false, "link type 284 is unknown to tshark 4.0"},
	"the-tcpdump-group_tcpdump/edsa-high-vid.pcap":                         {4, false, "link type 285 is unknown to tshark 4.0"},
	"the-tcpdump-group_tcpdump/frf16_magic_ie-oobr.pcap":                   {1, false, "link type 182 is unknown to tshark 4.0"},
	"the-tcpdump-group_tcpdump/kday6.pcap":                                 {1, false, "link type 182 is unknown to tshark 4.0"},
	"the-tcpdump-group_tcpdump/hoobr_juniper3.pcap":                        {1, false, "link type 132 is unknown to tshark 4.0"},
	"the-tcpdump-group_tcpdump/juniper_monitor_invalid_cookie_length.pcap": {1, false, "link type 164 is unknown to tshark 4.0"},
	"the-tcpdump-group_libpcap/linktype-reserved-field-not-zero.pcap":      {0, false, "tshark refuses reserved bits in the link type; no packets"},
}

type oraclePacket struct {
	F struct {
		Time    []json.Number `json:"frame.time"`
		Len     []int         `json:"frame.len"`
		CapLen  []int         `json:"frame.caplen"`
		ID      []int         `json:"frame.interface_id"`
		Name    []string      `json:"frame.interface_name"`
		Comment []string      `json:"frame.comment"`
	} `json:"f"`
}

func TestCorpus(t *testing.T) {
	index, err := os.Open(filepath.Join(corpus, "dev/index.csv"))
	if err != nil {
		t.Skipf("no corpus of real captures in %s beside the project", corpus)
	}
	defer index.Close()
	rows, err := csv.NewReader(index).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	files, packets := 0, 0
	for _, row := range rows[1:] {
		n := testCorpusFile(t, row[0], row[1])
		files, packets = files+1, packets+n
	}
	t.Logf("%d captures, %d packets", files, packets)
}

func testCorpusFile(t *testing.T, name, sum string) int {
	raw, err := os.ReadFile(filepath.Join(corpus, "dev", name))
	if err != nil {
		t.Fatal(err)
	}
	if h := sha256.Sum256(raw); hex.EncodeToString(h[:]) != sum {
		t.Errorf("%s: not the file of the index", name)
		return 0
	}
	rc, want := oracle(t, sum)
	if isPcapng(raw) { // tshark counts custom blocks too; they have no interface
		want = slices.DeleteFunc(want, func(p oraclePacket) bool { return len(p.F.ID) == 0 })
	}
	s, err := Open(filepath.Join(corpus, "dev", name), FileOptions{})
	if err != nil {
		t.Logf("%s: %v; tshark: status %d, %d packets", name, err, rc, len(want))
		if rc == 0 || len(want) > 0 {
			t.Errorf("%s: tshark opens it", name)
		}
		return 0
	}
	defer s.Close()
	var b Batch
	n := 0
	for err = s.Next(&b); err == nil; err = s.Next(&b) {
		for i := range b.Packets {
			if n < len(want) {
				compareOracle(t, fmt.Sprintf("%s: packet %d", name, n+1), &b.Packets[i], s.Interfaces(), want[n])
			}
			n++
		}
	}
	broken := !errors.Is(err, io.EOF)
	if other, ok := otherThanTshark[name]; ok {
		if n != other.packets || broken != other.broken {
			t.Errorf("%s: %d packets, %v, want %d (%s)", name, n, err, other.packets, other.why)
		}
	} else if n != len(want) || broken != (rc != 0) {
		t.Errorf("%s: %d packets, %v; tshark: %d packets, status %d", name, n, err, len(want), rc)
	}
	return n
}

func oracle(t *testing.T, sum string) (rc int, packets []oraclePacket) {
	matches, _ := filepath.Glob(filepath.Join(corpus, "cache", sum+".stream.*.ndjson.gz"))
	if len(matches) == 0 {
		t.Fatalf("no answer of tshark for %s", sum)
	}
	raw, err := os.ReadFile(matches[0])
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		if packets == nil {
			var first struct{ Meta struct{ RC int } }
			if err := json.Unmarshal(lines.Bytes(), &first); err != nil {
				t.Fatal(err)
			}
			rc, packets = first.Meta.RC, []oraclePacket{}
			continue
		}
		var p oraclePacket
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		packets = append(packets, p)
	}
	return rc, packets
}

func compareOracle(t *testing.T, what string, p *Packet, interfaces []Interface, want oraclePacket) {
	w := want.F
	if len(w.Len) == 0 {
		return // what tshark printed could not be parsed
	}
	phdr := pseudoHeader(p.LinkType, p.Data)
	var time int64
	valid := len(w.Time) == 1
	if valid { // else there is none, or it is beyond 2262
		var err error
		time, err = w.Time[0].Int64()
		valid = err == nil && time >= 0
	}
	if p.TimeValid != valid || valid && p.Time != time {
		t.Errorf("%s: time %d (%v, %d), tshark %v", what, p.Time, p.TimeValid, p.TimeRaw, w.Time)
	}
	if p.Length-phdr != w.Len[0] {
		t.Errorf("%s: link type %d: length %d, tshark %d", what, p.LinkType, p.Length, w.Len[0])
	}
	if len(w.CapLen) == 1 && len(p.Data)-phdr != w.CapLen[0] {
		t.Errorf("%s: link type %d: captured %d, tshark %d", what, p.LinkType, len(p.Data), w.CapLen[0])
	}
	if id := interfaces[p.Interface].ID; len(w.ID) == 1 && id != w.ID[0] {
		t.Errorf("%s: interface %d, tshark %d", what, id, w.ID[0])
	}
	name := interfaces[p.Interface].Name
	if name == "" && len(w.Name) > 0 {
		name = "unknown" // tshark's word
	}
	// tshark 4.0 takes the names of all sections from the first.
	if name != "" && p.Interface == interfaces[p.Interface].ID && (len(w.Name) != 1 || name != w.Name[0]) {
		t.Errorf("%s: interface %q, tshark %q", what, name, w.Name)
	}
	if !slices.Equal(p.Comments, w.Comment) {
		t.Errorf("%s: comments %q, tshark %q", what, p.Comments, w.Comment)
	}
}
