// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/elastic/beats/v7/libbeat/beat"
	_ "github.com/elastic/beats/v7/libbeat/cmd/instance" // registers libbeat's processors
	"github.com/elastic/beats/v7/libbeat/esleg/eslegclient"
	"github.com/elastic/elastic-agent-libs/logp"
	"github.com/elastic/elastic-agent-libs/mapstr"
)

// fakeDoc is a document made of plain values.
type fakeDoc struct {
	id     string
	time   time.Time
	values map[string]any
}

func (d *fakeDoc) Len() int         { return len(d.values) }
func (d *fakeDoc) Key(i int) string { return d.keys()[i] }

func (d *fakeDoc) keys() []string {
	var keys []string
	for k := range d.values {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (d *fakeDoc) AppendValue(dst []byte, i int) []byte {
	b, err := json.Marshal(d.values[d.keys()[i]])
	if err != nil {
		panic(err)
	}
	return append(dst, b...)
}

func (d *fakeDoc) Value(i int) any      { return d.values[d.keys()[i]] }
func (d *fakeDoc) ID() string           { return d.id }
func (d *fakeDoc) Timestamp() time.Time { return d.time }

func (d *fakeDoc) Members() []byte {
	var b []byte
	for i, k := range d.keys() {
		if i > 0 {
			b = fmt.Appendf(b, ",%q:", k)
		}
		b = d.AppendValue(b, i)
	}
	return b
}

// packet is a document with every kind of value.
func packet(n int) *fakeDoc {
	return &fakeDoc{
		id:   fmt.Sprintf("id-%d", n),
		time: time.Date(2024, 5, 6, 7, 8, 9, 123456789, time.UTC),
		values: map[string]any{
			"event":  map[string]any{"kind": "event", "category": []any{"network"}, "sequence": int64(n), "dataset": "espbeat.packet"},
			"source": map[string]any{"ip": "10.1.2.3", "port": int64(40000), "mac": "00-11-22-33-44-55", "bytes": int64(60)},
			"destination": map[string]any{
				"ip": "198.51.100.7", "port": int64(80), "domain": "www.example.co.uk"},
			"network": map[string]any{"transport": "tcp", "type": "ipv4", "iana_number": "6"},
			"tcp": map[string]any{
				"seq_raw": uint64(4294967295), "flags": map[string]any{"value": int64(18), "names": []any{"SYN", "ACK"}},
				"options": []any{map[string]any{"kind": int64(2), "mss": int64(1460)}, map[string]any{"kind": int64(8)}},
				"rtt":     0.0015, "duplicate": true},
			"http": map[string]any{
				"request": map[string]any{"method": "GET", "bytes": int64(0)}, "query": "a=%20b&c=<d>", "b64": "aGVsbG8=", "json": `{"x":1}`,
				"csv": "a,b", "xml": "<a><b>1</b></a>", "date": "2024-05-06T07:08:09Z", "took": "1.5s", "gzip": gzipped, "syslog": "<34>Oct 11 22:14:15 host su: hello"},
		},
	}
}

const gzipped = "\x1f\x8b\b\x00\x00\x00\x00\x00\x02\xff\xcbH\xcd\xc9\xc9\a\x00\x86\xa6\x106\x05\x00\x00\x00"

// wholeOf and mapsOf are one document in the two forms.
func wholeOf(d Document) mapstr.M { return mapstr.M{d.Key(0): &whole{d}} }

func mapsOf(d Document) mapstr.M {
	m := mapstr.M{}
	for i := range d.Len() {
		k := d.Key(i)
		m[k] = plain(d.Value(i))
	}
	return m
}

// encoded is an event as the Elasticsearch output encodes it.
func encoded(t *testing.T, e *beat.Event) map[string]any {
	t.Helper()
	var buf bytes.Buffer
	if err := eslegclient.NewJSONEncoder(&buf, false).Marshal(e); err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(buf.Bytes(), &v); err != nil {
		t.Fatalf("%v in %s", err, buf.Bytes())
	}
	return v
}

// fakeBatch is a batch of n packets.
type fakeBatch struct {
	n, bytes int
	released func()
}

func (b *fakeBatch) Len() int   { return b.n }
func (b *fakeBatch) Bytes() int { return b.bytes }
func (b *fakeBatch) Release() {
	if b.released != nil {
		b.released()
	}
}

// fakeEncoder numbers the packets that it sees; every none-th has no document.
type fakeEncoder struct {
	mu   *sync.Mutex
	seen *int
	none int
}

func (e fakeEncoder) Encode(docs []Document, _ *Memory, b Batch) []Document {
	e.mu.Lock()
	defer e.mu.Unlock()
	for range b.Len() {
		*e.seen++
		if e.none == 0 || *e.seen%e.none != 0 {
			docs = append(docs, packet(*e.seen))
		}
	}
	return docs
}

func nopLog() *logp.Logger { return logp.NewNopLogger() }
