// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/document"
)

// machine has the interfaces that a test says.
type machine struct {
	mu      sync.Mutex
	found   []capture.Selected
	missing error
	err     error
	changed chan struct{}
}

func newMachine(found ...capture.Selected) *machine {
	return &machine{found: found, changed: make(chan struct{}, 1)}
}

func (m *machine) Look() ([]capture.Selected, error, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.found), m.missing, m.err
}
func (m *machine) Changed() <-chan struct{} { return m.changed }
func (m *machine) Close()                   {}

func (m *machine) set(found ...capture.Selected) {
	m.mu.Lock()
	m.found = found
	m.mu.Unlock()
	m.changed <- struct{}{}
}

func nicAt(name string, index int, named, up bool) capture.Selected {
	return capture.Selected{InterfaceID: capture.InterfaceID{Name: name, Index: index}, Named: named, Up: up}
}

// fixed are interfaces that are there always, told apart by the names of their sources.
func fixed(sources ...*source) *live {
	l := newLive(config.Input{Interfaces: []string{"*"}}, newMachine(), nil)
	m := l.watch.(*machine)
	for _, s := range sources {
		id := capture.InterfaceID{Name: s.name}
		if l.nics[id] == nil {
			l.nics[id] = &nic{id: id}
			m.found = append(m.found, nicAt(s.name, 0, true, true))
		}
		l.nics[id].sources = append(l.nics[id].sources, s)
	}
	return l
}

// breaking is a source that yields nothing and ends with an error.
type breaking struct {
	*lossy
	end chan error
}

func (b *breaking) Next(*capture.Batch) error {
	select {
	case err := <-b.end:
		return err
	case <-b.closed:
		return io.EOF
	}
}

// sensor runs a live input in a bubble of time.
type sensor struct {
	t       *testing.T
	machine *machine
	live    *live
	line    *line
	opened  []string
	sources map[string]*breaking // by name, the last one
	cannot  map[string]error     // open
	said    []string
	failed  []error
	stop    func()
	done    chan struct{}
}

func newSensor(t *testing.T, in config.Input, found ...capture.Selected) *sensor {
	s := &sensor{t: t, machine: newMachine(found...), sources: map[string]*breaking{}, cannot: map[string]error{}, done: make(chan struct{})}
	in.Type = config.TypeLive
	s.live = newLive(in, s.machine, func(name string) ([]*source, error) {
		if err := s.cannot[name]; err != nil {
			return nil, err
		}
		b := &breaking{lossy: newLossy(name), end: make(chan error, 1)}
		s.opened, s.sources[name] = append(s.opened, name), b
		return []*source{{Source: b, name: name, id: randomID()}}, nil
	})
	s.line = &line{
		in: in, live: s.live, feed: func(document.Options, *resume) (feed, error) { return &noFeed{}, nil },
		say: func(text string) { s.said = append(s.said, text) }, fail: func(err error) { s.failed = append(s.failed, err) },
	}
	return s
}

// cannotOpen makes opening an interface fail from the next look on.
func (s *sensor) cannotOpen(name string, err error) {
	s.machine.mu.Lock()
	defer s.machine.mu.Unlock()
	s.cannot[name] = err
}

func (s *sensor) run() {
	var reading context.Context
	reading, s.stop = context.WithCancel(s.t.Context())
	go func() {
		s.line.run(reading, s.t.Context())
		close(s.done)
	}()
	synctest.Wait()
}

// expect compares what was said, by parts of each line, and which interfaces were opened since the last call.
func (s *sensor) expect(opened string, said ...string) {
	s.t.Helper()
	synctest.Wait()
	if got := strings.Join(s.opened, " "); got != opened {
		s.t.Errorf("opened: %q, want %q", got, opened)
	}
	if len(s.said) != len(said) {
		s.t.Errorf("said: %q, want %q", s.said, said)
	} else {
		for i, part := range said {
			if !strings.Contains(s.said[i], part) {
				s.t.Errorf("said: %q, want %q", s.said[i], part)
			}
		}
	}
	s.opened, s.said = nil, nil
}

func (s *sensor) ended() bool {
	synctest.Wait()
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}
