// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/espbeat/espbeat/tools/elastic"
)

// Targets of packets a second, as ratios: to a loader of the same documents, and to Espcap.
const (
	loaderTarget = 0.9
	espcapTarget = 100
)

// indexing is one round into the real server.
type indexing struct {
	packets int
	wall    time.Duration
	own     time.Duration // CPU of the client
	server  time.Duration // CPU of the server meanwhile
}

// rate is packets a second of the clock.
func (x indexing) rate() float64 { return float64(x.packets) / x.wall.Seconds() }

// cost is the CPU of a packet in client and server together, s.
func (x indexing) cost() float64 { return (x.own + x.server).Seconds() / float64(x.packets) }

// elasticsearch compares indexing by espbeat with a loader that sends the same documents ready made, and with Espcap.
func (b *bench) elasticsearch() (err error) {
	b.report.progress("starting Elasticsearch")
	s, missing, err := elastic.Start(b.ctx, elastic.Options{})
	if err != nil {
		return err
	}
	if s == nil {
		b.report.note("no real Elasticsearch: " + missing)
		return nil
	}
	defer s.End()
	file, err := b.workload(b.index)
	if err != nil {
		return err
	}
	bodies, err := b.recordBulks(file)
	if err != nil {
		return err
	}
	// A first run loads the template.
	if _, err := b.indexed(s, file, "espbeat-bench-0"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Drop("espbeat-bench-0")) }()
	if err := b.warm(s, bodies); err != nil {
		return err
	}
	var beat, loader, espcap []indexing
	for i := range b.rounds {
		b.report.progress("elasticsearch, round %d of %d", i+1, b.rounds)
		name := fmt.Sprintf("espbeat-bench-%d", i+1)
		x, err := b.indexed(s, file, name)
		if err = errors.Join(err, s.Drop(name)); err != nil {
			return err
		}
		beat = append(beat, x)
		name = fmt.Sprintf("espbeat-bench-load-%d", i+1)
		if err := s.CopyTemplate("espbeat-bench-0", name); err != nil {
			return err
		}
		x, err = b.loaded(s, bodies, name)
		if err = errors.Join(err, s.Drop(name)); err != nil {
			return err
		}
		loader = append(loader, x)
		if b.espcap == "" {
			continue
		}
		if x, err = b.espcapIndexed(s); err != nil {
			return err
		}
		espcap = append(espcap, x)
	}
	b.report.elasticsearch(beat, loader, espcap)
	return nil
}

// warmDocuments is what a server's compilers have seen before its time counts: one in production is always warm, and a cold
// one takes twice as long.
const warmDocuments = 1_000_000

// warm loads documents until the server has seen enough of them.
func (b *bench) warm(s *elastic.Server, bodies string) error {
	const name = "espbeat-bench-warm"
	for n := int(b.index); n < warmDocuments; n += int(b.index) {
		b.report.progress("warming the server up: %d documents", n)
		if err := s.CopyTemplate("espbeat-bench-0", name); err != nil {
			return err
		}
		_, err := b.loaded(s, bodies, name)
		if err = errors.Join(err, s.Drop(name)); err != nil {
			return err
		}
	}
	return nil
}

// recordBulks runs espbeat into a sink that keeps what it is sent.
func (b *bench) recordBulks(file string) (string, error) {
	dir := filepath.Join(b.tmp, "bulks")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", fmt.Errorf("keep bulks: %w", err)
	}
	s, err := startSink(dir)
	if err != nil {
		return "", err
	}
	_, err = measure(b.ctx, b.limit, []string{b.espbeat, "--file", file, "--node", s.url, "--index", recordedIndex})
	_, serr := s.stop()
	return dir, errors.Join(err, serr)
}

// indexed measures one run of espbeat with its defaults, process start and template included.
func (b *bench) indexed(s *elastic.Server, file, index string) (indexing, error) {
	return b.during(s, index, int(b.index), func() (time.Duration, time.Duration, error) {
		u, err := measure(b.ctx, b.limit, []string{b.espbeat, "--file", file, "--node", s.URL, "--index", index})
		return u.CPU, u.Wall, err
	})
}

// loaded measures one run of the loader; its clock starts when the bodies are ready.
func (b *bench) loaded(s *elastic.Server, bodies, index string) (indexing, error) {
	return b.during(s, index, int(b.index), func() (time.Duration, time.Duration, error) {
		self, err := os.Executable()
		if err != nil {
			return 0, 0, err
		}
		cmd := exec.CommandContext(b.ctx, self, "load", s.URL, bodies, index)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return 0, 0, fmt.Errorf("load %s: %w", index, err)
		}
		var l loaded
		if err := json.Unmarshal(out, &l); err != nil {
			return 0, 0, fmt.Errorf("load %s: %w", index, err)
		}
		return l.cpu(), l.wall(), nil
	})
}

// espcapIndexed measures one run of Espcap on its few packets. Its documents are not mapped, which is the least work for the server.
func (b *bench) espcapIndexed(s *elastic.Server) (indexing, error) {
	file, err := b.workload(b.few)
	if err != nil {
		return indexing{}, err
	}
	const name, pattern = "packets-bench", "packets-*"
	err = s.Do(http.MethodPut, "/_index_template/"+name, map[string]any{
		"index_patterns": []string{pattern}, "priority": 1000,
		"template": map[string]any{"mappings": map[string]any{"dynamic": false}},
	}, nil)
	if err != nil {
		return indexing{}, err
	}
	src := filepath.Join(b.espcap, "src")
	x, err := b.during(s, pattern, int(b.few), func() (time.Duration, time.Duration, error) {
		u, err := measure(b.ctx, b.limit, []string{"/bin/sh", "-c", `cd "$1" && exec "$2" espcap.py --file="$3" --node="$4"`, "sh",
			src, filepath.Join(b.espcap, "venv", "bin", "python"), file, s.URL})
		return u.CPU, u.Wall, err
	})
	var found map[string]any
	if gerr := s.Do(http.MethodGet, "/"+pattern, nil, &found); gerr != nil {
		return x, errors.Join(err, gerr)
	}
	for index := range found { // wildcards in a DELETE are refused
		err = errors.Join(err, s.Do(http.MethodDelete, "/"+index, nil, nil))
	}
	return x, errors.Join(err, s.Do(http.MethodDelete, "/_index_template/"+name, nil, nil))
}

// during runs one way to index, and checks that all packets arrived.
func (b *bench) during(s *elastic.Server, index string, packets int, way func() (own, wall time.Duration, err error)) (indexing, error) {
	before, err := s.CPU()
	if err != nil {
		return indexing{}, err
	}
	own, wall, err := way()
	if err != nil {
		return indexing{}, err
	}
	after, err := s.CPU()
	if err != nil {
		return indexing{}, err
	}
	n, err := s.Documents(index)
	if err != nil {
		return indexing{}, err
	}
	if n != packets {
		return indexing{}, fmt.Errorf("%s has %d documents of %d packets", index, n, packets)
	}
	return indexing{packets: packets, wall: wall, own: own, server: after - before}, nil
}
