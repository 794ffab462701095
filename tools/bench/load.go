// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// loadConnections is the number of requests at a time, as many as espbeat makes by default.
const loadConnections = 2

// loaded is what a load tells on standard output.
type loaded struct {
	Wall float64 `json:"wall"` // seconds of sending
	CPU  float64 `json:"cpu"`  // seconds of this process while sending
}

func (l loaded) wall() time.Duration { return time.Duration(l.Wall * float64(time.Second)) }
func (l loaded) cpu() time.Duration  { return time.Duration(l.CPU * float64(time.Second)) }

// load sends the bulk bodies that a sink recorded in dir to a server, as fast as it takes them, with the index in their actions replaced.
// They are encoded before the clock starts, and compressed as they are sent, at the level that espbeat has by default: what any client must do. It runs
// in a process of its own.
func load(server, dir, index string) error {
	bodies, err := prepare(dir, index)
	if err != nil {
		return fmt.Errorf("prepare the load: %w", err)
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: loadConnections, DisableCompression: true}}
	next := make(chan []byte)
	errs := make([]error, loadConnections)
	begin, cpu := time.Now(), ownCPU()
	var senders sync.WaitGroup
	for i := range loadConnections {
		senders.Go(func() {
			var packed bytes.Buffer
			for body := range next {
				if errs[i] == nil {
					errs[i] = errors.Join(compress(&packed, body), send(client, server, packed.Bytes()))
				}
			}
		})
	}
	for _, body := range bodies {
		next <- body
	}
	close(next)
	senders.Wait()
	took := time.Since(begin)
	cpu = ownCPU() - cpu
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("load %s: %w", index, err)
	}
	return json.NewEncoder(os.Stdout).Encode(loaded{took.Seconds(), cpu.Seconds()})
}

// recordedIndex is the index that espbeat writes to while it is recorded.
const recordedIndex = "espbeat-bench-recorded"

// prepare reads the bodies and puts index in their actions.
func prepare(dir, index string) ([][]byte, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.ndjson"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no recorded bulks in %s: %w", dir, errors.Join(err, os.ErrNotExist))
	}
	from, to := []byte(`{"create":{"_index":"`+recordedIndex+`"`), []byte(`{"create":{"_index":"`+index+`"`)
	var bodies [][]byte
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if !bytes.HasPrefix(body, from) {
			return nil, fmt.Errorf("%s does not begin with %s", file, from)
		}
		bodies = append(bodies, bytes.ReplaceAll(body, from, to))
	}
	return bodies, nil
}

// compress writes body to out, which it empties first.
func compress(out *bytes.Buffer, body []byte) error {
	out.Reset()
	z, err := gzip.NewWriterLevel(out, gzip.BestSpeed)
	if err != nil {
		return err
	}
	_, err = z.Write(body)
	return errors.Join(err, z.Close())
}

// send sends one bulk; a document that is refused is an error.
func send(client *http.Client, server string, body []byte) error {
	// The same answer as a Beat asks for.
	req, err := http.NewRequest(http.MethodPost, server+"/_bulk?filter_path=errors%2Citems.*.error%2Citems.*.status", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-ndjson")
	req.Header.Set("Content-Encoding", "gzip")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK || !bytes.HasPrefix(answer, []byte(`{"errors":false`)) {
		return fmt.Errorf("status %d: %.300s", resp.StatusCode, answer)
	}
	return nil
}
