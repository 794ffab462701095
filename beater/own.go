// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/elastic/beats/v7/libbeat/beat"
	conf "github.com/elastic/elastic-agent-libs/config"
)

// ownEvery is how often the output's names are resolved anew, and this machine's addresses read: a connection that is made again may lead
// to another server, or begin at another address.
const ownEvery = 30 * time.Second

// own are the servers that this process itself talks to; captures leave its connections to them out.
type own struct {
	lookup func(ctx context.Context, host string) ([]netip.Addr, error)

	mu       sync.Mutex
	hosts    []hostPort
	addrs    map[hostPort][]netip.Addr // as they last resolved
	captures map[leaver]bool
}

// leaver is a capture that leaves connections out; capture.Live is one.
type leaver interface {
	SetOwn(remotes []netip.AddrPort) error
}

type hostPort struct {
	host string
	port uint16
}

// ownOf are the servers of the output.
func ownOf(b *beat.Beat) *own {
	o := &own{addrs: map[hostPort][]netip.Addr{}, captures: map[leaver]bool{}}
	o.lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
		return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	}
	if b.Config != nil && b.Config.Output.IsSet() {
		o.lead(b.Config.Output.Name(), b.Config.Output.Config())
	}
	return o
}

// lead takes the servers from the settings of an output.
func (o *own) lead(output string, c *conf.C) {
	var out struct {
		Hosts        []string `config:"hosts"`
		Proxy        string   `config:"proxy_url"`
		ProxyDisable bool     `config:"proxy_disable"`
	}
	if c.Unpack(&out) != nil {
		return // the output says so
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hosts = serversOf(output, out.Hosts, out.Proxy, out.ProxyDisable)
}

// outputPorts are libbeat's defaults.
var outputPorts = map[string]uint16{"elasticsearch": 9200, "logstash": 5044, "redis": 6379, "kafka": 9092}

// serversOf are the servers that an output connects to: its hosts, or the proxies before them.
func serversOf(output string, hosts []string, proxy string, direct bool) []hostPort {
	var all []hostPort
	for _, h := range hosts {
		if !strings.Contains(h, "://") {
			h = "http://" + h
		}
		u, err := url.Parse(h)
		if err != nil {
			continue // the output says so
		}
		port := outputPorts[output]
		if via, _ := http.ProxyFromEnvironment(&http.Request{URL: u}); via != nil && proxy == "" && output == "elasticsearch" && !direct {
			u, port = via, proxyPort(via)
		}
		all = append(all, serverAt(u, port))
	}
	if u, err := url.Parse(proxy); err == nil && proxy != "" && !direct {
		all = append(all, serverAt(u, proxyPort(u)))
	}
	return all
}

func proxyPort(u *url.URL) uint16 {
	switch u.Scheme {
	case "https":
		return 443
	case "socks5", "socks5h":
		return 1080
	}
	return 80
}

func serverAt(u *url.URL, port uint16) hostPort {
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		port = uint16(n)
	}
	return hostPort{u.Hostname(), port}
}

// resolve looks the servers up, and tells the captures. A name that does not resolve now stays what it was.
func (o *own) resolve(ctx context.Context) {
	o.mu.Lock()
	hosts := o.hosts
	o.mu.Unlock()
	found := map[hostPort][]netip.Addr{}
	for _, h := range hosts {
		if addrs, err := o.lookup(ctx, h.host); err == nil {
			found[h] = addrs
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for h, addrs := range found {
		o.addrs[h] = addrs
	}
	remotes := o.remotes()
	for c := range o.captures {
		_ = c.SetOwn(remotes) // else what it knew of this machine stays
	}
}

// run does so again and again, until ctx ends.
func (o *own) run(ctx context.Context) {
	tick := time.NewTicker(ownEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			o.resolve(ctx)
		}
	}
}

// servers are those that a capture leaves out when it is opened.
func (o *own) servers() []netip.AddrPort {
	if o == nil {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.remotes()
}

// keep tells a capture of what changes from now on, until it is forgotten.
func (o *own) keep(c leaver) (forget func()) {
	if o == nil {
		return func() {}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.captures[c] = true
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.captures, c)
	}
}

// remotes needs the lock.
func (o *own) remotes() []netip.AddrPort {
	var all []netip.AddrPort
	for h, addrs := range o.addrs {
		for _, a := range addrs {
			all = append(all, netip.AddrPortFrom(a.Unmap(), h.port))
		}
	}
	slices.SortFunc(all, netip.AddrPort.Compare)
	return slices.Compact(all)
}
