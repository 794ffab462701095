// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"errors"
	"fmt"
	"sync"

	"github.com/elastic/beats/v7/libbeat/common/reload"
	"github.com/elastic/beats/v7/libbeat/outputs/outil"
	"github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/logp"
)

// Output is the output that Elastic Agent gives after the start, before any input. The zero value has none yet.
type Output struct {
	mu       sync.Mutex
	given    bool
	why      string // as support's
	pipeline *outil.Selector
}

// Reload implements reload.Reloadable. Clients keep the form of events that the first output asked for: another is an error.
func (o *Output) Reload(update *reload.ConfigWithMeta) error {
	if update == nil || update.Config == nil {
		return nil
	}
	root := config.NewConfig()
	if err := root.SetChild("output", -1, update.Config); err != nil {
		return fmt.Errorf("read the output: %w", err)
	}
	why, err := looksInside(root)
	if err != nil {
		return err
	}
	pipeline, err := pipelineSelector(root, logp.NewNopLogger())
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.given && (why != o.why || pipeline != nil || o.pipeline != nil) {
		return errors.New("the output changes what it needs of events, which takes a restart: run with management.restart_on_output_change: true")
	}
	o.given, o.why, o.pipeline = true, why, pipeline
	return nil
}

// needs is what the output asks of the events of a client; a nil o asks nothing.
func (o *Output) needs() (why string, pipeline *outil.Selector) {
	if o == nil {
		return "", nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.why, o.pipeline
}
