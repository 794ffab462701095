// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"fmt"
	"time"

	"github.com/espbeat/espbeat/publish"
)

// watchProgress ends the run when the output acknowledges nothing for so long while
// packets wait for it.
func (e *Beater) watchProgress(ledger *publish.Ledger, ended <-chan struct{}) {
	timeout := e.cfg.Publish.Timeout
	tick := time.NewTicker(max(timeout/10, 10*time.Millisecond))
	defer tick.Stop()
	last, since := uint64(0), time.Now()
	for {
		select {
		case <-ended:
			return
		case <-tick.C:
		}
		c := ledger.Totals()
		if n := c.Acknowledged + c.Filtered + c.Flows; n != last || c.InFlight+c.FlowsPending == 0 {
			last, since = n, time.Now()
			continue
		}
		if time.Since(since) >= timeout {
			err := fmt.Errorf("the output has accepted nothing for %s, %d documents wait: check that it is reachable, or raise --timeout (espbeat.publish.timeout)", timeout, c.InFlight+c.FlowsPending)
			e.fail(err)
			e.opts.Outcome.Abort(err)
			return
		}
	}
}
