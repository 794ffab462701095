// SPDX-License-Identifier: Apache-2.0

package progress

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/elastic/beats/v7/libbeat/statestore"
	"github.com/elastic/beats/v7/libbeat/statestore/backend/memlog"
	"github.com/elastic/elastic-agent-libs/logp"
)

// What memlog keeps in a folder of its own: a log of operations, and from time to time a data file NUMBER.json with all entries.
const (
	storeName = "captures"
	logName   = "log.json"
)

// states are the entries on disk: libbeat's statestore over memlog. After an error they are opened anew, because memlog's log takes
// no write any more once one has failed.
type states struct {
	folder     string
	checkpoint memlog.CheckpointPredicate
	log        *logp.Logger

	registry *statestore.Registry
	store    *statestore.Store // nil when not open
}

func (s *states) open() error {
	backend, err := memlog.New(s.log, memlog.Settings{Root: s.folder, FileMode: 0o600, Checkpoint: s.checkpoint})
	if err != nil {
		return err
	}
	registry := statestore.NewRegistry(backend)
	store, err := registry.Get(storeName)
	if err != nil {
		_ = registry.Close()
		return err
	}
	s.registry, s.store = registry, store
	return nil
}

func (s *states) close() error {
	if s.store == nil {
		return nil
	}
	err := s.store.Close()
	if rerr := s.registry.Close(); err == nil {
		err = rerr
	}
	s.store = nil
	return err
}

func (s *states) each(f func(id string, e Entry)) error {
	return s.store.Each(func(id string, v statestore.ValueDecoder) (bool, error) {
		var e Entry
		if err := v.Decode(&e); err != nil {
			return false, fmt.Errorf("entry %s: %w", id, err)
		}
		f(id, e)
		return true, nil
	})
}

func (s *states) set(id string, e Entry) error {
	return s.do(func() error { return s.store.Set(id, e) })
}

func (s *states) remove(id string) error {
	return s.do(func() error { return s.store.Remove(id) })
}

func (s *states) do(write func() error) error {
	if s.store == nil {
		// Of a folder that went away memlog would make one without the other entries; of one that cannot be looked at, a panic.
		if _, err := os.Stat(filepath.Join(s.folder, storeName)); err != nil {
			return err
		}
		if err := s.open(); err != nil {
			return err
		}
	}
	err := write()
	if err != nil {
		_ = s.close() // says the same again
	}
	return err
}

// verify looks for damage, for memlog goes on without what it cannot read: a capture that is forgotten would be published again.
// The end of the log may be missing or torn; that is how a process or a machine that died left it.
func verify(folder string) error {
	home := filepath.Join(folder, storeName)
	names, err := os.ReadDir(home)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	newest, data, logged := uint64(0), "", false
	for _, n := range names {
		logged = logged || n.Name() == logName
		number, isData := strings.CutSuffix(n.Name(), ".json")
		if id, err := strconv.ParseUint(number, 10, 64); isData && err == nil && id >= newest {
			newest, data = id, n.Name()
		}
	}
	if data == "" && !logged {
		return os.RemoveAll(home) // died while it was made: memlog does not finish that
	}
	if data != "" {
		b, err := os.ReadFile(filepath.Join(home, data))
		if err != nil {
			return err
		}
		if !json.Valid(b) {
			return fmt.Errorf("%s is no JSON", filepath.Join(storeName, data))
		}
	}
	if !logged {
		return nil
	}
	b, err := os.ReadFile(filepath.Join(home, logName))
	if err != nil {
		return err
	}
	return verifyLog(b)
}

// verifyLog looks for a line of a log that is broken with one after it that is not.
func verifyLog(b []byte) error {
	broken, n := 0, 0
	for line := range bytes.Lines(b) {
		n++
		switch ok := json.Valid(line); {
		case !ok && broken == 0:
			broken = n
		case ok && broken > 0:
			return fmt.Errorf("line %d of %s is no JSON", broken, filepath.Join(storeName, logName))
		}
	}
	return nil
}
