// SPDX-License-Identifier: Apache-2.0

// Command disksize measures what packets take on disk: it indexes the documents on standard input (as `espbeat --format ecs` prints them) into a
// running Elasticsearch in several index modes with espbeat's own mapping, force-merges, and prints bytes a packet.
//
//	./espbeat --file trace.pcap --format ecs | go run ./tools/disksize -url http://localhost:9200
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"

	_ "github.com/espbeat/espbeat/dissect/all" // defines the fields of all protocols
	_ "github.com/espbeat/espbeat/document"    // defines the ECS core
	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/field/schema"
)

// variant is one way to store the same documents.
type variant struct {
	name     string
	settings map[string]any
}

var sorted = map[string]any{"index.sort.field": []string{"host.name", "@timestamp"}, "index.sort.order": []string{"asc", "desc"}}

var variants = []variant{
	{"plain", map[string]any{}},
	{"plain, best compression", map[string]any{"index.codec": "best_compression"}},
	{"logsdb, source stored", with(map[string]any{"index.mode": "logsdb", "index.mapping.source.mode": "stored", "index.codec": "best_compression"}, sorted)},
	{"logsdb, source synthetic", with(map[string]any{"index.mode": "logsdb", "index.mapping.source.mode": "synthetic", "index.codec": "best_compression"}, sorted)},
}

func with(a, b map[string]any) map[string]any {
	for k, v := range b {
		a[k] = v
	}
	return a
}

const (
	prefix    = "espbeat-disksize-"
	bulkBytes = 4 << 20
)

func main() {
	url := flag.String("url", "http://localhost:9200", "Elasticsearch")
	flag.Parse()
	if err := run(*url, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "disksize:", err)
		os.Exit(1)
	}
}

func run(url string, in io.Reader, out io.Writer) error {
	for i, v := range variants {
		index := fmt.Sprint(prefix, i)
		_, _ = call("DELETE", url+"/"+index, nil) // of an earlier run
		v.settings["index.number_of_replicas"], v.settings["index.refresh_interval"], v.settings["index.mapping.total_fields.limit"] = 0, "-1", 2500
		body, err := json.Marshal(map[string]any{"settings": v.settings, "mappings": schema.Mapping(field.Full)})
		if err != nil {
			return err
		}
		if _, err := call("PUT", url+"/"+index, body); err != nil {
			return fmt.Errorf("create the index for %q: %w", v.name, err)
		}
		defer func() { _, _ = call("DELETE", url+"/"+index, nil) }()
	}
	documents, size, err := feed(url, in)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "| index | bytes a packet | of the JSON |\n|---|---|---|\n| JSON documents, %d | %.0f | 100 %% |\n", documents, float64(size)/float64(documents))
	for i, v := range variants {
		bytes, err := stored(url+"/"+fmt.Sprint(prefix, i), documents)
		if err != nil {
			return fmt.Errorf("measure %q: %w", v.name, err)
		}
		fmt.Fprintf(out, "| %s | %.0f | %.0f %% |\n", v.name, float64(bytes)/float64(documents), 100*float64(bytes)/float64(size))
	}
	return nil
}

// feed sends every document of in to all indices, and returns their number and bytes.
func feed(url string, in io.Reader) (documents int, size int64, err error) {
	var bulk bytes.Buffer
	send := func() error {
		for i := range variants {
			answer, err := call("POST", fmt.Sprint(url, "/", prefix, i, "/_bulk?filter_path=errors,items.*.error"), bulk.Bytes())
			if err != nil {
				return err
			}
			var r struct{ Errors bool }
			if err := json.Unmarshal(answer, &r); err != nil || r.Errors {
				return fmt.Errorf("bulk request refused: %.500s", answer)
			}
		}
		bulk.Reset()
		return nil
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		bulk.WriteString("{\"create\":{}}\n")
		bulk.Write(lines.Bytes())
		bulk.WriteByte('\n')
		documents++
		size += int64(len(lines.Bytes()))
		if bulk.Len() >= bulkBytes {
			if err := send(); err != nil {
				return 0, 0, err
			}
		}
	}
	if lines.Err() != nil {
		return 0, 0, lines.Err()
	}
	if documents == 0 {
		return 0, 0, fmt.Errorf("no documents on standard input: pipe the output of espbeat --format ecs into it")
	}
	return documents, size, send()
}

// stored merges an index to one segment and returns its bytes.
func stored(index string, documents int) (int64, error) {
	for _, do := range []string{"/_refresh", "/_forcemerge?max_num_segments=1", "/_flush?force=true"} {
		if _, err := call("POST", index+do, nil); err != nil {
			return 0, err
		}
	}
	answer, err := call("GET", index+"/_stats/store,docs", nil)
	if err != nil {
		return 0, err
	}
	var r struct {
		All struct {
			Primaries struct {
				Docs  struct{ Count int }
				Store struct {
					Size int64 `json:"size_in_bytes"`
				}
			}
		} `json:"_all"`
	}
	if err := json.Unmarshal(answer, &r); err != nil {
		return 0, err
	}
	if r.All.Primaries.Docs.Count != documents {
		return 0, fmt.Errorf("%d documents stored, %d sent", r.All.Primaries.Docs.Count, documents)
	}
	return r.All.Primaries.Store.Size, nil
}

func call(method, url string, body []byte) ([]byte, error) {
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= 300 {
		return nil, fmt.Errorf("%s %s: status %d: %.500s", method, url, resp.StatusCode, answer)
	}
	return answer, nil
}
