// SPDX-License-Identifier: Apache-2.0

package progress

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"time"
)

// cleanInterval is the time between two looks for entries to remove.
const cleanInterval = time.Hour

// run is the writer.
func (s *Store) run() {
	defer close(s.done)
	s.removeOld(time.Now())
	clean := time.NewTicker(cleanInterval)
	defer clean.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-clean.C:
			s.removeOld(time.Now())
			continue
		case <-s.wake:
		}
		if err := s.write(); err != nil && !s.failed {
			s.opts.Failed(err)
			s.failed = true
		} else if err == nil {
			s.failed = false
		}
		select {
		case <-s.stop:
			return
		case <-time.After(s.opts.Interval):
		}
	}
}

// write records what is dirty. What fails stays so.
func (s *Store) write() error {
	s.mu.Lock()
	todo := s.dirty
	s.dirty, s.clean = s.clean, nil
	s.mu.Unlock()
	var err error
	for id := range todo {
		if err = s.record(id); err != nil {
			break
		}
		delete(todo, id)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.clean = todo
		return nil
	}
	maps.Copy(todo, s.dirty)
	clear(s.dirty)
	s.clean, s.dirty = s.dirty, todo
	s.signal() // for the next try
	return fmt.Errorf("record the progress of captures in %s: %w: make room on that disk; reading goes on, and what is not recorded is read again by the next run", s.opts.Folder, err)
}

func (s *Store) record(id string) error {
	e, ok := s.Get(id)
	if !ok {
		return s.states.remove(id)
	}
	return s.states.set(id, e)
}

// removeOld removes the entries of captures that are gone and that nobody has read for long.
func (s *Store) removeOld(now time.Time) {
	if s.opts.CleanInactive <= 0 {
		return
	}
	old := map[string]*capture{}
	s.mu.Lock()
	for id, c := range s.captures {
		if !c.active && now.Sub(c.Updated) >= s.opts.CleanInactive {
			old[id] = c
		}
	}
	s.mu.Unlock()
	for id, c := range old {
		if _, err := os.Stat(c.Path); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		s.mu.Lock()
		if s.captures[id] == c { // not begun again meanwhile
			delete(s.captures, id)
			s.mark(id)
		}
		s.mu.Unlock()
	}
}
