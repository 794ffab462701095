// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"os"
	"time"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/progress"
)

// progressEvery is how often a long run says how far it is.
const progressEvery = 30 * time.Second

// showProgress says how far files have been read, until ctx ends.
func (e *Beater) showProgress(ctx context.Context) {
	if e.opts.Progress != nil {
		e.opts.Progress(ctx, e.read)
		return
	}
	progress.Log(ctx, e.read, progressEvery, e.say)
}

// expect adds files to what is going to be read. What cannot be looked at is a stream: opening it says what is wrong.
func expect(c *progress.Counters, paths []string) map[string]*progress.Part {
	parts := map[string]*progress.Part{}
	for _, path := range paths {
		size := int64(0)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			size = max(info.Size(), 1)
		}
		parts[path] = c.Expect(size)
	}
	return parts
}

// advance says how far a source has been read.
func (s *source) advance(packets uint64) {
	if p, ok := s.Source.(capture.Positioner); ok && s.part != nil {
		read, total := p.Position()
		s.part.Update(packets, read, total)
	}
}
