// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// sinkCounts are what a sink took.
type sinkCounts struct {
	Documents int `json:"documents"`
	WireBytes int `json:"wire_bytes"` // of bulk bodies, as sent
}

// sink answers bulk requests as Elasticsearch does, and everything else with success. It runs in a process of its own, so that its cost
// is nobody's.
type sink struct {
	record string // folder for the bodies, decompressed; empty keeps none

	mu     sync.Mutex
	counts sinkCounts
	bodies int
}

// serveSink serves on a free loopback port, whose URL it prints, until standard input ends; it then prints its counts.
func serveSink(record string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("sink: %w", err)
	}
	s := &sink{record: record}
	server := &http.Server{Handler: s}
	go func() { _ = server.Serve(l) }() // ends with the process
	fmt.Printf("http://%s\n", l.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin) // whatever ends it, the sink is no longer wanted
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.NewEncoder(os.Stdout).Encode(s.counts)
}

// ServeHTTP implements http.Handler.
func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.HasSuffix(r.URL.Path, "/_bulk"):
		answer, err := s.bulk(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_, _ = w.Write(answer) // the client may be gone
	case r.URL.Path == "/":
		_, _ = io.WriteString(w, `{"cluster_uuid":"c2luaw","version":{"number":"9.4.3","build_flavor":"default"},"tagline":"You Know, for Search"}`)
	case r.URL.Path == "/_license":
		_, _ = io.WriteString(w, `{"license":{"uid":"sink","type":"basic","status":"active"}}`)
	default:
		_, _ = io.WriteString(w, `{"acknowledged":true}`)
	}
}

func (s *sink) bulk(r *http.Request) ([]byte, error) {
	wire, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read the bulk: %w", err)
	}
	body := wire
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(wire))
		if err != nil {
			return nil, fmt.Errorf("decompress the bulk: %w", err)
		}
		if body, err = io.ReadAll(z); err != nil {
			return nil, fmt.Errorf("decompress the bulk: %w", err)
		}
	}
	// libbeat puts an empty line after each document; within JSON no line ends.
	n := (bytes.Count(body, []byte("\n")) - bytes.Count(body, []byte("\n\n"))) / 2
	s.mu.Lock()
	s.counts.Documents += n
	s.counts.WireBytes += len(wire)
	number := s.bodies
	s.bodies++
	s.mu.Unlock()
	if s.record != "" {
		if err := os.WriteFile(filepath.Join(s.record, fmt.Sprintf("%06d.ndjson", number)), body, 0o600); err != nil {
			return nil, fmt.Errorf("keep the bulk: %w", err)
		}
	}
	items := bytes.Repeat([]byte(`{"create":{"status":201}},`), n)
	return fmt.Appendf(nil, `{"took":1,"errors":false,"items":[%s]}`, bytes.TrimSuffix(items, []byte{','})), nil
}

// sinkProcess is a sink that was started.
type sinkProcess struct {
	url string
	cmd *exec.Cmd
	in  io.Closer
	out *bufio.Reader
}

// startSink starts this program as a sink.
func startSink(record string) (*sinkProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("start the sink: %w", err)
	}
	s := &sinkProcess{cmd: exec.Command(self, "sink", record)}
	s.cmd.Stderr = os.Stderr
	in, err := s.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the sink: %w", err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the sink: %w", err)
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the sink: %w", err)
	}
	s.in, s.out = in, bufio.NewReader(out)
	line, err := s.out.ReadString('\n')
	if err != nil {
		_, _ = s.stop() // the first error says more
		return nil, fmt.Errorf("start the sink: it printed no address: %w", err)
	}
	s.url = strings.TrimSpace(line)
	return s, nil
}

// stop ends the sink and returns what it took.
func (s *sinkProcess) stop() (sinkCounts, error) {
	var c sinkCounts
	_ = s.in.Close() // a pipe's end
	err := json.NewDecoder(s.out).Decode(&c)
	if werr := s.cmd.Wait(); werr != nil {
		err = werr
	}
	if err != nil {
		return c, fmt.Errorf("counts of the sink: %w", err)
	}
	return c, nil
}
