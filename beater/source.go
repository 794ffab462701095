// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net/netip"
	"os"
	"sync"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/progress"
	"github.com/espbeat/espbeat/publish"
)

// captureID begins the ids of a source's documents.
type captureID = [10]byte

// source is one opened capture.
type source struct {
	capture.Source
	name string
	id   captureID
	// prompt: packets may be long in coming, so what is there is handed on at once.
	prompt bool
	// part says how far a file has been read; nil for type live.
	part *progress.Part
}

// fingerprinted is how much of each end of a file its fingerprint covers, bytes.
const fingerprinted = 64 << 10

// fingerprint names a file by its content, so that reading it again, from wherever,
// stores every packet once: its length, its beginning and its end.
func fingerprint(path string) (captureID, error) {
	var id captureID
	info, err := os.Stat(path)
	if err != nil {
		return id, fmt.Errorf("fingerprint capture: %w", err)
	}
	if !info.Mode().IsRegular() {
		return randomID(), nil // a pipe, which reading would empty
	}
	f, err := os.Open(path)
	if err != nil {
		return id, fmt.Errorf("fingerprint capture: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	var size [8]byte
	binary.BigEndian.PutUint64(size[:], uint64(info.Size()))
	h.Write(size[:])
	for _, at := range []int64{0, max(0, info.Size()-fingerprinted)} {
		if _, err := io.Copy(h, io.NewSectionReader(f, at, fingerprinted)); err != nil {
			return id, fmt.Errorf("fingerprint capture %s: %w", path, err)
		}
	}
	copy(id[:], h.Sum(nil))
	return id, nil
}

func randomID() captureID {
	var id captureID
	_, _ = rand.Read(id[:]) // crypto/rand does not fail
	return id
}

// openFile opens a capture file, or standard input for "-".
func openFile(path string) (*source, error) {
	src, err := capture.Open(path, capture.FileOptions{})
	if err != nil {
		return nil, err
	}
	s := &source{Source: src, name: path, id: randomID(), prompt: path == "-"}
	if path != "-" {
		if s.id, err = fingerprint(path); err != nil {
			_ = src.Close()
			return nil, err
		}
	}
	return s, nil
}

// expand replaces directories by the captures in them, in order of time. It reports
// what is passed over and goes on, since other paths may be fine.
func expand(paths []string, fail func(error)) []string {
	var files []string
	for _, p := range paths {
		if info, err := os.Stat(p); p == "-" || err != nil || !info.IsDir() {
			files = append(files, p) // Open says what is wrong with it
			continue
		}
		found, err := capture.Dir(p, capture.DirOptions{Skipped: func(path string, err error) {
			if !errors.Is(err, capture.ErrNotCapture) {
				fail(err)
			}
		}})
		if err != nil {
			fail(err)
		}
		files = append(files, found...)
	}
	return files
}

// openLive opens every interface of an input, with as many sockets as fanout says.
func openLive(in config.Input, own []netip.AddrPort) ([]*source, error) {
	var all []*source
	for _, name := range in.Interfaces {
		group := 0
		if in.Fanout > 1 {
			var r [2]byte
			_, _ = rand.Read(r[:])
			group = 1 + int(binary.BigEndian.Uint16(r[:]))%math.MaxUint16
		}
		for range in.Fanout {
			live, err := capture.OpenLive(capture.LiveOptions{
				Interface: name, Engine: engines[in.Engine], SnapLen: in.SnapLen, Promiscuous: in.Promiscuous,
				BufferSize: int(in.BufferSize), Filter: in.Filter, FanoutGroup: group, ExcludeOwn: own,
			})
			if err != nil {
				for _, s := range all {
					_ = s.Close()
				}
				return nil, err
			}
			all = append(all, &source{Source: live, name: name, id: randomID(), prompt: true})
		}
	}
	return all, nil
}

// engines are the names of the configuration for capture's engines.
var engines = map[string]string{"auto": capture.EngineAuto, "af_packet": capture.EngineAFPacket, "pcap": capture.EnginePcap}

// losses adds up what the sources of an input lost.
type losses struct {
	mu      sync.Mutex
	sources []capture.Source
}

func (l *losses) add(s capture.Source) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sources = append(l.sources, s)
}

func (l *losses) read() publish.Lost {
	l.mu.Lock()
	defer l.mu.Unlock()
	var lost publish.Lost
	for _, s := range l.sources {
		st := s.Stats()
		lost.Kernel += st.KernelDropped
		lost.Pool += st.PoolDropped
		lost.Own += st.Own
	}
	return lost
}
