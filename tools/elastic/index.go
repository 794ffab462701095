// SPDX-License-Identifier: Apache-2.0

package elastic

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
)

// Merged makes one segment of an index or data stream and commits it, so that its bytes and its searches are those of a settled index.
func (s *Server) Merged(index string) error {
	for _, do := range []string{"/_refresh", "/_forcemerge?max_num_segments=1", "/_flush?force=true", "/_refresh"} {
		if err := s.Do(http.MethodPost, "/"+url.PathEscape(index)+do, nil, nil); err != nil {
			return fmt.Errorf("merge %s: %w", index, err)
		}
	}
	return nil
}

// Stored is the number of documents of an index or data stream, and the bytes that its primary shards take on disk.
func (s *Server) Stored(index string) (documents int, bytes int64, err error) {
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
	err = s.Do(http.MethodGet, "/"+url.PathEscape(index)+"/_stats/store,docs", nil, &r)
	return r.All.Primaries.Docs.Count, r.All.Primaries.Store.Size, err
}

// Bulk creates documents in an index, each a line of JSON. It returns how many the server refused, and its reason for the first of them.
func (s *Server) Bulk(index string, documents [][]byte) (refused int, reason string, err error) {
	var body bytes.Buffer
	for _, d := range documents {
		body.WriteString("{\"create\":{}}\n")
		body.Write(d)
		body.WriteByte('\n')
	}
	var answer struct {
		Items []struct {
			Create struct {
				Error struct{ Reason string }
			}
		}
	}
	err = s.send(http.MethodPost, "/"+url.PathEscape(index)+"/_bulk?filter_path=items.create.error.reason", &body, &answer)
	for _, item := range answer.Items {
		if refused++; reason == "" {
			reason = item.Create.Error.Reason
		}
	}
	return refused, reason, err
}

// Info is what a published figure must say of the server that it was measured on.
type Info struct {
	Version string
	Heap    int64 // bytes
	CPUs    int
}

func (i Info) String() string {
	return fmt.Sprintf("Elasticsearch %s, heap %.3g GiB, %d CPUs", i.Version, float64(i.Heap)/(1<<30), i.CPUs)
}

// Info asks a server of one node.
func (s *Server) Info() (Info, error) {
	var r struct {
		Nodes map[string]struct {
			Version string
			OS      struct {
				CPUs int `json:"allocated_processors"`
			}
			JVM struct {
				Mem struct {
					Heap int64 `json:"heap_max_in_bytes"`
				}
			}
		}
	}
	if err := s.Do(http.MethodGet, "/_nodes/jvm,os", nil, &r); err != nil {
		return Info{}, err
	}
	if len(r.Nodes) != 1 {
		return Info{}, fmt.Errorf("the server has %d nodes: figures are of one node: name such a server by ESPBEAT_TEST_ES", len(r.Nodes))
	}
	var i Info
	for _, n := range r.Nodes {
		i = Info{n.Version, n.JVM.Mem.Heap, n.OS.CPUs}
	}
	return i, nil
}
