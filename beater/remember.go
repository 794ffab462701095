// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/elastic-agent-libs/paths"

	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/publish/lookup"
	marks "github.com/espbeat/espbeat/publish/progress"
)

// cleanInactive is the age from which what is remembered of a file that is gone is forgotten.
const cleanInactive = 90 * 24 * time.Hour

// indexByOutput is the static name of the output's index or data stream; "" when it depends on the event, or the output has none.
func indexByOutput(b *beat.Beat, cfg *config.Config) string {
	if b.Config == nil || b.Config.Output.Name() != "elasticsearch" {
		return ""
	}
	var o struct {
		Index   string `config:"index"`
		Indices []any  `config:"indices"`
	}
	if err := b.Config.Output.Config().Unpack(&o); err != nil || len(o.Indices) > 0 {
		return ""
	}
	name := cmp.Or(o.Index, indexOf(cfg.Format, cfg).Name)
	if strings.Contains(name, "%{") {
		return ""
	}
	return name
}

// remember opens what makes a run go on where an earlier one was interrupted.
func (e *Beater) remember(b *beat.Beat, on []config.Input) error {
	files := slices.ContainsFunc(on, func(in config.Input) bool { return in.Type == config.TypeFile })
	if e.opts.Forget || !files && !e.cfg.Reloads() && !managed(b) {
		return nil
	}
	var err error
	e.marks, err = marks.Open(marks.Options{
		Folder: b.Paths.Resolve(paths.Data, "progress"), CleanInactive: cleanInactive, Log: e.log, Failed: e.fail,
	})
	if err != nil {
		return err
	}
	e.index = indexByOutput(b, &e.cfg)
	if e.index == "" {
		return nil
	}
	ask, err := lookup.New(b.Config.Output.Config(), b.Info.Beat, e.log)
	if err != nil {
		return fmt.Errorf("prepare to look up what earlier runs have stored: %w", err)
	}
	e.looker, e.closeLooker = ask, ask.Close
	return nil
}

// forget closes it.
func (e *Beater) forget() {
	if e.marks == nil {
		return
	}
	if e.closeLooker != nil {
		_ = e.closeLooker() // nothing is on its way any more
	}
	if err := e.marks.Close(); err != nil {
		e.fail(err)
	}
}
