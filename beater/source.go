// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"slices"
	"sync"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/capture/discover"
	"github.com/espbeat/espbeat/progress"
	"github.com/espbeat/espbeat/publish"
	"github.com/espbeat/espbeat/store"
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
	// identified: id is the capture's own, the same in every run.
	identified bool
	size       int64 // of the file, bytes
	// place is where documents say that the file's packets are; zero for nowhere.
	place place
	// fill is how full the memory for packets is, 0 to 1; nil for a file, which waits.
	fill func() float64
	// tap is what stores the packets on their way, the Source itself; nil stores none.
	tap *store.Tap
	// forget ends that it is told of the process's own servers; nil for a file.
	forget func()
	// part says how far a file has been read; nil for type live.
	part *progress.Part
}

// captureIDOf is the id of a capture file: of what it begins with, so that reading it again, from wherever and compressed or not, stores
// every packet once. Another salt makes other ids of the same file.
func captureIDOf(id capture.Identity, salt string) captureID {
	h := sha256.New()
	h.Write(id.Fingerprint[:])
	for _, t := range id.LinkTypes {
		_ = binary.Write(h, binary.BigEndian, uint32(t))
	}
	_, _ = io.WriteString(h, salt)
	return captureID(h.Sum(nil)[:len(captureID{})])
}

func randomID() captureID {
	var id captureID
	_, _ = rand.Read(id[:]) // crypto/rand does not fail
	return id
}

// newSource is a capture file or stream that was found, and is still to be opened.
func newSource(file discover.File, salt string) *source {
	s := &source{name: file.Path, id: randomID(), prompt: file.Path == "-" || capture.IsAddress(file.Path)}
	if file.Identity.Bytes > 0 {
		s.id, s.identified, s.size = captureIDOf(file.Identity, salt), true, file.Size
	}
	return s
}

// startable tells whether a later run can go on at a packet that was read.
func (s *source) startable() bool {
	p, ok := s.Source.(capture.Starter)
	return ok && p.Startable()
}

// end closes the source, and ends what is stored of it; after the last Next.
func (s *source) end() {
	_ = s.Close()
	if s.forget != nil {
		s.forget()
	}
	if s.tap != nil {
		s.tap.Finish()
	}
}

// read is how much of the file was read, bytes.
func (s *source) read() int64 {
	if p, ok := s.Source.(capture.Positioner); ok {
		n, _ := p.Position()
		return n
	}
	return s.size
}

// losses adds up what the sources of an input lost.
type losses struct {
	mu      sync.Mutex
	sources []*source
	before  publish.Lost // of sources that have ended
}

func (l *losses) add(s *source) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sources = append(l.sources, s)
}

// end keeps what a source lost and forgets the source.
func (l *losses) end(s *source) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at := slices.Index(l.sources, s); at >= 0 {
		l.sources = slices.Delete(l.sources, at, at+1)
		addLost(&l.before, s)
	}
}

func (l *losses) read() publish.Lost {
	l.mu.Lock()
	defer l.mu.Unlock()
	lost := l.before
	for _, s := range l.sources {
		addLost(&lost, s)
	}
	return lost
}

func addLost(lost *publish.Lost, s capture.Source) {
	st := s.Stats()
	lost.Kernel += st.KernelDropped
	lost.Pool += st.PoolDropped
	lost.Own += st.Own
}
