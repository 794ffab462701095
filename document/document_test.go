// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
	"github.com/espbeat/espbeat/field"
)

const demo = "../tests/demo/demo.pcapng"

// encoded is one document and what it was made of.
type encoded struct {
	document.Document
	batch  *engine.Batch
	record *engine.Record
	parsed map[string]any
}

// encode makes the documents of packets. Each has a batch of its own, so that all stay valid.
func encode(t testing.TB, opt document.Options, eo engine.Options, packets ...capture.Packet) []encoded {
	t.Helper()
	e := engine.New(&enginetest.Source{Packets: packets, PerBatch: 50}, registry(), eo)
	enc := document.NewEncoder(opt)
	var mem document.Memory
	var out []encoded
	for {
		b := &engine.Batch{}
		if err := e.Next(b); errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		for i := range b.Records {
			x := encoded{batch: b, record: &b.Records[i]}
			x.Document = enc.Encode(&mem, b, x.record)
			var err error
			if x.parsed, err = parseDocument(x.JSON()); err != nil {
				t.Fatalf("packet %d: %v in %s", x.record.Number, err, x.JSON())
			}
			out = append(out, x)
		}
	}
}

var registry = func() func() *dissect.Registry {
	r := all.Registry()
	return func() *dissect.Registry { return r }
}()

// sound checks what must hold of every document.
func sound(t *testing.T, name string, x *encoded) {
	t.Helper()
	fail := func(text string) { t.Errorf("%s, packet %d: %s", name, x.record.Number, text) }
	if len(x.JSON()) > document.MaxBytes {
		fail("too long a document")
	}
	m := map[string]any{"@timestamp": x.parsed["@timestamp"]}
	for i := range x.Len() {
		v, err := parseDocument([]byte(`{"v":` + string(x.AppendValue(nil, i)) + "}"))
		if err != nil || !reflect.DeepEqual(v["v"], x.parsed[x.Key(i)]) {
			fail("the value of key " + x.Key(i) + " is not the document's")
		}
		m[x.Key(i)] = plain(x.Value(i))
	}
	if !reflect.DeepEqual(m, x.parsed) {
		fail("the map is not the JSON: " + difference(m, x.parsed))
	}
	for k, v := range x.parsed {
		if k != "@timestamp" {
			undefined(k, v, fail)
		}
	}
	core := &x.record.Core
	for field, written := range map[string]bool{"eth.src": core.Links > 1, "ip.src": core.Networks > 1, "ipv6.dst": core.Networks > 1, "tcp.srcport": core.Transports > 1 || !core.Ports,
		"udp.dstport": core.Transports > 1 || !core.Ports} {
		if lookup(x.parsed, field) != nil && !written {
			fail(field + " is written, although source.* or destination.* says it")
		}
	}
}

func difference(a, b map[string]any) string {
	for k, v := range b {
		if !reflect.DeepEqual(a[k], v) {
			am, ok1 := a[k].(map[string]any)
			bm, ok2 := v.(map[string]any)
			if ok1 && ok2 {
				return k + "." + difference(am, bm)
			}
			return k
		}
	}
	return "keys that the JSON lacks"
}

// captures finds capture files to try: the demo, Packetbeat's, and the corpus where there is one.
func captures(t *testing.T) []string {
	files := []string{demo}
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/elastic/beats/v7").Output()
	if dir := strings.TrimSpace(string(out)); err == nil && dir != "" {
		more, _ := filepath.Glob(filepath.Join(dir, "packetbeat/tests/system/pcaps/*.pcap"))
		files = append(files, more...)
	}
	_ = filepath.WalkDir("../../shared/corpus/dev", func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && (strings.Contains(filepath.Base(path), ".pcap") || strings.HasSuffix(path, ".cap")) {
			files = append(files, path)
		}
		return nil
	})
	if testing.Short() {
		files = sample(files)
	}
	t.Logf("%d capture files", len(files))
	return files
}

// sample is some forty of the files.
func sample(files []string) (some []string) {
	for i := 0; i < len(files); i += 1 + len(files)/40 {
		some = append(some, files[i])
	}
	return some
}

func TestDocumentsOfCaptures(t *testing.T) {
	for _, path := range captures(t) {
		if _, err := os.Stat(path); err != nil {
			continue
		}
		packets := enginetest.Read(t, path)
		for _, x := range encode(t, document.Options{Profile: field.Full}, engine.Options{}, packets[:min(len(packets), 100)]...) {
			if sound(t, filepath.Base(path), &x); t.Failed() {
				return
			}
		}
	}
}

// Random packets: real frames with bytes changed, and noise.
func TestDocumentsOfRandomPackets(t *testing.T) {
	var real []capture.Packet
	if _, err := os.Stat(demo); err == nil {
		real = enginetest.Read(t, demo)
	}
	real = append(real, enginetest.Ethernet(enginetest.TCP(1, 2, 40000, 80, 0x18, 1, 1, "GET /\xff\x00 HTTP/1.1\r\nCookie: \x01\r\n\r\n"), enginetest.UDP(1, 2, 3, 4, "x"))...)
	r := rand.New(rand.NewPCG(1, 2))
	var packets []capture.Packet
	for range 3000 {
		p := real[r.IntN(len(real))]
		p.Data = slices.Clone(p.Data)
		for range r.IntN(6) {
			if len(p.Data) > 0 {
				p.Data[r.IntN(len(p.Data))] = byte(r.Uint32())
			}
		}
		if r.IntN(5) == 0 {
			p.Data = p.Data[:r.IntN(len(p.Data)+1)]
		}
		if r.IntN(20) == 0 {
			p.LinkType = capture.LinkType(r.IntN(300))
		}
		packets = append(packets, p)
	}
	for _, x := range encode(t, document.Options{Profile: field.Full, Hostname: "h\xff\"", Version: "\x00"}, engine.Options{Dissect: dissect.Options{Checksums: true}}, packets...) {
		if sound(t, "random", &x); t.Failed() {
			return
		}
	}
}

func TestIDs(t *testing.T) {
	id := [10]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 0xff}
	if got := string(document.AppendID(nil, id, 1)); got != "AQIDBAUGBwgJ_wAAAAAB" {
		t.Error(got)
	}
	last := ""
	for _, n := range []uint64{0, 1, 2, 63, 64, 255, 256, 65535, 65536, 1 << 24, 1<<32 - 1, 1 << 32, 1<<40 - 1} {
		got := string(document.AppendID(nil, id, n))
		raw, err := decodeID(got)
		if err != nil || len(got) != 20 || raw <= last {
			t.Errorf("%d: %s after %x: %v", n, got, last, err)
		}
		last = raw
	}
	docs := encode(t, document.Options{CaptureID: id}, engine.Options{}, enginetest.Ethernet(enginetest.UDP(1, 2, 3, 4, ""), enginetest.UDP(1, 2, 3, 4, ""))...)
	if docs[0].ID() != "AQIDBAUGBwgJ_wAAAAAB" || docs[1].ID() != "AQIDBAUGBwgJ_wAAAAAC" {
		t.Error(docs[0].ID(), docs[1].ID())
	}
}

// A document that would be too long is cut, says so, and its map is cut alike.
func TestLongDocuments(t *testing.T) {
	var query []byte
	query = append(query, 0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	n := 0
	for ; len(query) < 65000-300; n++ { // answers with texts that grow sixfold in JSON
		query = append(query, 0, 0, 16, 0, 1, 0, 0, 0, 0)
		query = binary.BigEndian.AppendUint16(query, 251)
		query = append(append(query, 250), strings.Repeat("\x01", 250)...)
	}
	binary.BigEndian.PutUint16(query[6:], uint16(n))
	packets := enginetest.Ethernet(enginetest.UDP(1, 2, 53, 5000, string(query)), enginetest.UDP(1, 2, 5001, 5002, "short"))
	packets[1].Comments = slices.Repeat([]string{strings.Repeat("\x01", 8000)}, 7)
	for _, x := range encode(t, document.Options{Profile: field.Full}, engine.Options{}, packets...) {
		sound(t, "long", &x)
		if lookup(x.parsed, "packet.truncated_document") != true || lookup(x.parsed, "source.ip") != "192.0.2.1" {
			t.Errorf("%d bytes: %.300s", len(x.JSON()), x.JSON())
		}
	}
}

// The ports of a tunnel stand in its own fields where what it carries has none: nothing else would say them.
func TestPortsOfATunnelAlone(t *testing.T) {
	ping := enginetest.IPv4(3, 4, 1, []byte{8, 0, 0xf7, 0xfd, 0, 1, 0, 1})
	vxlan := append([]byte{8, 0, 0, 0, 0, 0, 5, 0}, ping...)
	x := encode(t, document.Options{}, engine.Options{}, enginetest.Ethernet(enginetest.UDP(1, 2, 50000, 4789, string(vxlan)))...)[0]
	sound(t, "ping in VXLAN", &x)
	if src, dst := lookup(x.parsed, "udp.srcport"), lookup(x.parsed, "udp.dstport"); fmt.Sprintf("%v %v", src, dst) != "50000 4789" || lookup(x.parsed, "source.port") != nil {
		t.Errorf("ports %v and %v of the tunnel in %s", src, dst, x.JSON())
	}
}
