// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"cmp"
	"fmt"
	"path/filepath"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/elastic-agent-libs/paths"

	"github.com/espbeat/espbeat/publish"
	"github.com/espbeat/espbeat/store"
)

// openStore opens the capture store, if there is to be one. close is to be called when all inputs have ended.
func (e *Beater) openStore(b *beat.Beat, ledger *publish.Ledger) (close func(), err error) {
	c := &e.cfg.Store
	if !c.Enabled {
		return func() {}, nil
	}
	path := cmp.Or(c.Path, "store")
	if e.opts.Forget && !filepath.IsAbs(path) {
		return nil, fmt.Errorf("espbeat.store.path: %q: this run has a path.data of its own, which goes when it ends; give the whole path of the directory", c.Path)
	}
	ring, err := store.New(store.Options{
		Path: b.Paths.Resolve(paths.Data, path), MaxSize: int64(c.MaxSize), MaxAge: c.MaxAge, FileSize: int64(c.FileSize),
		Compression: store.Compression(c.Compression), Application: "espbeat " + e.opts.Release, Say: e.say,
	})
	if err != nil {
		return nil, err
	}
	e.opts.store = ring
	ledger.WithStore(func() publish.Kept { return publish.Kept(ring.Stats()) })
	return func() {
		if err := ring.Close(); err != nil {
			e.fail(err)
		}
	}, nil
}

// keep lets the packets of sources be stored.
func keep(sources []*source, ring *store.Ring) {
	for _, s := range sources {
		s.tap = ring.Tap(s.Source)
		s.Source = s.tap
	}
}
