// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/elastic/beats/v7/libbeat/beat"

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

// servers are the addresses of the output's hosts, as far as they resolve.
func servers(b *beat.Beat) []netip.AddrPort {
	if b.Config == nil || !b.Config.Output.IsSet() {
		return nil
	}
	var out struct {
		Hosts []string `config:"hosts"`
	}
	if err := b.Config.Output.Config().Unpack(&out); err != nil {
		return nil
	}
	var addrs []netip.AddrPort
	for _, h := range out.Hosts {
		if !strings.Contains(h, "://") {
			h = "//" + h
		}
		u, err := url.Parse(h)
		if err != nil {
			continue
		}
		port, err := strconv.ParseUint(u.Port(), 10, 16)
		if err != nil {
			port = 9200 // libbeat's default for the output that most use
		}
		ips, err := net.LookupIP(u.Hostname())
		if err != nil {
			continue
		}
		for _, ip := range ips {
			if a, ok := netip.AddrFromSlice(ip); ok {
				addrs = append(addrs, netip.AddrPortFrom(a.Unmap(), uint16(port)))
			}
		}
	}
	return addrs
}
