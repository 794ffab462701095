// SPDX-License-Identifier: Apache-2.0

package pcap

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/store"
)

// index is a Documents of documents in their order; each is an id and its source.
type index struct {
	docs    [][2]string
	flows   []string
	queries []string
	err     error
}

func (x *index) Each(_ context.Context, query any, _ []string, page int, take func([]string, []json.RawMessage) error) error {
	b, err := json.Marshal(query)
	if err != nil {
		return err
	}
	x.queries = append(x.queries, string(b))
	for some := range slices.Chunk(x.docs, page) {
		var ids []string
		var sources []json.RawMessage
		for _, d := range some {
			ids, sources = append(ids, d[0]), append(sources, json.RawMessage(d[1]))
		}
		if err := take(ids, sources); err != nil {
			return err
		}
	}
	return x.err
}

func (x *index) Values(context.Context, any, string, int) ([]string, error) { return x.flows, x.err }

const second = int64(1_700_000_000)

func stamp(n int) string {
	return time.Unix(second, int64(n)).UTC().Format(time.RFC3339Nano)
}

// data are the bytes of packet n.
func data(n int) []byte { return []byte(fmt.Sprintf("the bytes of packet %d", n)) }

// withRaw is the document of packet n that holds it; more are further members of its packet.
func withRaw(n int, more string) string {
	return fmt.Sprintf(`{"@timestamp":%q,"network":{"bytes":%d},"packet":{"number":%d,"link_type":"ETHERNET","raw":%q%s},"observer":{"ingress":{"interface":{"name":"eth%d"}}}}`,
		stamp(n), len(data(n)), n, base64.StdEncoding.EncodeToString(data(n)), more, n%2)
}

// withPlace is the document of a packet at an offset of a file.
func withPlace(n int, id, file string, offset int) string {
	return fmt.Sprintf(`{"@timestamp":%q,"network":{"bytes":%d},"packet":{"number":%d,"capture":{"id":%q,"file":%q,"offset":%d}}}`, stamp(n), len(data(n)), n, id, file, offset)
}

// finder has packet n at offset n of every file, and notes what it is asked for.
type finder struct{ asked []store.Place }

func (f *finder) Packet(_ context.Context, p store.Place) (store.Found, error) {
	f.asked = append(f.asked, p)
	if p.Offset == 666 {
		return store.Found{}, fmt.Errorf("there is nothing at %d", p.Offset)
	}
	n := int(p.Offset)
	return store.Found{
		Packet:   capture.Packet{Data: data(n), Time: second*1e9 + int64(n), TimeValid: true, Length: len(data(n)), LinkType: 1},
		Captured: capture.Interface{Name: "eth" + fmt.Sprint(n%2), LinkType: 1},
	}, nil
}

// written runs Write and reads the capture that it makes.
func written(t *testing.T, docs *index, opt Options) (all []capture.Packet, names []string, r Result, said []string, err error) {
	t.Helper()
	var out bytes.Buffer
	w, err := store.NewWriter(&out, "test")
	if err != nil {
		t.Fatal(err)
	}
	opt.Say = func(s string) { said = append(said, s) }
	if r, err = Write(t.Context(), docs, w, opt); err != nil {
		return nil, nil, r, said, err
	}
	src := capture.NewReader(&out, "the capture", capture.FileOptions{})
	defer src.Close()
	for {
		var b capture.Batch
		if err := src.Next(&b); errors.Is(err, io.EOF) {
			return all, names, r, said, nil
		} else if err != nil {
			t.Fatal(err)
		}
		for _, p := range b.Packets {
			all, names = append(all, p), append(names, src.Interfaces()[p.Interface].Name)
		}
	}
}

// Packets come in the order of their documents, each from where it is.
func TestPacketsOfDocumentsAndStores(t *testing.T) {
	x := &index{}
	for n := range 1200 { // more than two pages
		switch n % 3 {
		case 0:
			x.docs = append(x.docs, [2]string{fmt.Sprint(n), withRaw(n, `,"comment":["first","second"]`)})
		case 1:
			x.docs = append(x.docs, [2]string{fmt.Sprint(n), withPlace(n, "here", fmt.Sprintf("file %d", n%5), n)})
		case 2:
			x.docs = append(x.docs, [2]string{fmt.Sprint(n), withPlace(n, "there", "file", n)})
		}
	}
	here, there := &finder{}, &finder{}
	all, names, r, said, err := written(t, x, Options{Stores: map[string]Finder{"here": here, "there": there}})
	if err != nil || len(said) > 0 || r != (Result{Written: 1200}) || len(all) != 1200 {
		t.Fatalf("%d packets, %+v, %q, %v", len(all), r, said, err)
	}
	for n, p := range all {
		comments := 0
		if n%3 == 0 {
			comments = 2
		}
		if !bytes.Equal(p.Data, data(n)) || p.Time != second*1e9+int64(n) || p.Length != len(data(n)) || p.LinkType != 1 || len(p.Comments) != comments || names[n] != fmt.Sprintf("eth%d", n%2) {
			t.Fatalf("packet %d on %s: %+v", n, names[n], p)
		}
	}
	// Of each page, a store is asked file by file, forwards in each.
	if !slices.IsSortedFunc(here.asked[:page/3], func(a, b store.Place) int {
		return strings.Compare(fmt.Sprintf("%s %9d", a.File, a.Offset), fmt.Sprintf("%s %9d", b.File, b.Offset))
	}) || len(here.asked) != 400 || len(there.asked) != 400 {
		t.Errorf("%d and %d packets asked for: %.500v", len(here.asked), len(there.asked), here.asked)
	}
}

// A document says no more than it can prove.
func TestMissingPackets(t *testing.T) {
	short := strings.Replace(withRaw(7, ""), `"bytes":21`, `"bytes":1500`, 1)
	for name, c := range map[string]struct {
		doc  string
		want string
	}{
		"nothing":          {`{"@timestamp":"` + stamp(7) + `","network":{"bytes":60},"packet":{"number":7}}`, "set payload.raw, espbeat.store.enabled or capture.id"},
		"no store":         {strings.Replace(withPlace(7, "elsewhere", "f", 7), "elsewhere", `else\u001bwhere`, 1), `the capture store "else\x1bwhere", which is not given`},
		"not there":        {withPlace(7, "here", "f", 666), "there is nothing at 666"},
		"no packet":        {`[1]`, "not one of a packet"},
		"no time":          {`{"network":{"bytes":60}}`, "no time: @timestamp"},
		"before 1970":      {strings.Replace(withRaw(7, ""), stamp(7), "1969-01-01T00:00:00Z", 1), "a time that no packet has"},
		"after 2262":       {strings.Replace(withRaw(7, ""), stamp(7), "2962-01-01T00:00:00Z", 1), "a time that no packet has"},
		"no length":        {strings.Replace(withRaw(7, ""), `"bytes":21`, `"bytes":-1`, 1), "says no length"},
		"huge length":      {strings.Replace(withRaw(7, ""), `"bytes":21`, `"bytes":99999999999`, 1), "says no length"},
		"fraction":         {strings.Replace(withRaw(7, ""), `"bytes":21`, `"bytes":1.5`, 1), "not one of a packet"},
		"too many bytes":   {strings.Replace(withRaw(7, ""), `"bytes":21`, `"bytes":5`, 1), "contradicts itself"},
		"no base64":        {strings.Replace(withRaw(7, ""), `"raw":"`, `"raw":"#`, 1), "not one of a packet"},
		"link type":        {strings.Replace(withRaw(7, ""), `ETHERNET`, `TOKEN\u001b`, 1), `packet.link_type "TOKEN\x1b"`},
		"time of record":   {strings.Replace(withPlace(7, "here", "f", 7), `"capture"`, `"time":{"valid":false,"raw":"soon"},"capture"`, 1), "packet.time.raw"},
		"fewer than a cut": {short, ""},
	} {
		t.Run(name, func(t *testing.T) {
			x := &index{docs: [][2]string{{"a", withRaw(6, "")}, {"b", c.doc}, {"c", withRaw(8, "")}}}
			all, _, r, said, err := written(t, x, Options{Stores: map[string]Finder{"here": &finder{}}})
			if c.want == "" { // of a capture with a short snapshot length
				if err != nil || r != (Result{Written: 3}) || all[1].Length != 1500 {
					t.Errorf("%+v, %v", r, err)
				}
				return
			}
			if err != nil || r != (Result{Written: 2, Missing: 1}) || len(all) != 2 || len(said) != 1 || !strings.Contains(said[0], c.want) || strings.Contains(said[0], "\x1b") {
				t.Errorf("%d packets, %+v, %q, %v", len(all), r, said, err)
			}
		})
	}
}

// What a document had no room for comes from the store; without one the first bytes have to do.
func TestCutPackets(t *testing.T) {
	cut := strings.Replace(withRaw(7, `,"truncated_raw":true`), base64.StdEncoding.EncodeToString(data(7)), base64.StdEncoding.EncodeToString(data(7)[:6]), 1)
	placed := strings.Replace(cut, `"truncated_raw"`, `"capture":{"id":"here","file":"f","offset":7},"truncated_raw"`, 1)
	lost := strings.Replace(placed, `"offset":7`, `"offset":666`, 1)
	x := &index{docs: [][2]string{{"a", cut}, {"b", placed}, {"c", lost}}}
	all, _, r, said, err := written(t, x, Options{Stores: map[string]Finder{"here": &finder{}}})
	if err != nil || r != (Result{Written: 3, Cut: 2}) || len(said) != 0 {
		t.Fatalf("%+v, %q, %v", r, said, err)
	}
	for i, want := range []int{6, len(data(7)), 6} {
		if p := &all[i]; len(p.Data) != want || p.Length != len(data(7)) || (len(p.Comments) == 1) != (want == 6) {
			t.Errorf("packet %d: %+v", i, p)
		}
	}
}

func TestRecordsWithoutATime(t *testing.T) {
	doc := strings.Replace(withPlace(7, "here", "f", 9), `"capture"`, `"time":{"valid":false,"raw":"18446744073"},"capture"`, 1)
	f := &finder{}
	all, _, _, _, err := written(t, &index{docs: [][2]string{{"a", doc}}}, Options{Stores: map[string]Finder{"here": f}})
	if err != nil || len(all) != 1 || all[0].Time != second*1e9+7 || f.asked[0].Time != 18446744073 || !f.asked[0].Invalid {
		t.Errorf("%+v, %+v, %v", all, f.asked, err)
	}
}

func TestReasonsAreSaidOnce(t *testing.T) {
	x := &index{}
	for n := range 300 {
		x.docs = append(x.docs, [2]string{fmt.Sprint(n), withPlace(n, "nowhere"+fmt.Sprint(n%7), "f", n)})
	}
	_, _, r, said, err := written(t, x, Options{})
	if err != nil || r.Missing != 300 || len(said) != maxSaid {
		t.Errorf("%+v, %q, %v", r, said, err)
	}
}

func TestLimitAndCopies(t *testing.T) {
	x := &index{}
	for n := range 700 {
		x.docs = append(x.docs, [2]string{fmt.Sprint(n), withRaw(n, "")})
		if n%2 == 0 { // stored in two backing indices
			x.docs = append(x.docs, [2]string{fmt.Sprint(n), withRaw(n, "")})
		}
	}
	for _, c := range []struct {
		limit uint64
		want  Result
	}{{0, Result{Written: 700}}, {1, Result{Written: 1, Limited: true}}, {300, Result{Written: 300, Limited: true}}, {700, Result{Written: 700}}} {
		all, _, r, _, err := written(t, x, Options{Limit: c.limit})
		if err != nil || r != c.want || uint64(len(all)) != r.Written {
			t.Errorf("limit %d: %d packets, %+v, %v", c.limit, len(all), r, err)
		}
	}
}

func TestErrorsEndIt(t *testing.T) {
	broken := errors.New("the servers are gone")
	if _, _, _, _, err := written(t, &index{err: broken}, Options{}); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if _, _, _, _, err := written(t, &index{err: broken}, Options{Flows: true}); !errors.Is(err, broken) {
		t.Errorf("error of flows %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w, err := store.NewWriter(io.Discard, "")
	if err != nil {
		t.Fatal(err)
	}
	x := &index{docs: [][2]string{{"a", withPlace(7, "here", "f", 7)}}}
	if _, err := Write(ctx, x, w, Options{Stores: map[string]Finder{"here": &finder{}}}); !errors.Is(err, context.Canceled) {
		t.Errorf("error of a stop %v", err)
	}
}
