// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"testing"
)

type leavingOut struct{ remotes []netip.AddrPort }

func (l *leavingOut) SetOwn(remotes []netip.AddrPort) error { l.remotes = remotes; return nil }

func TestServersOfAnOutput(t *testing.T) {
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"} {
		t.Setenv(name, "")
	}
	for name, c := range map[string]struct {
		output string
		hosts  []string
		proxy  string
		direct bool
		want   []hostPort
	}{
		"ports":              {"elasticsearch", []string{"a", "b:1", "https://c", "http://d:2/path"}, "", false, []hostPort{{"a", 9200}, {"b", 1}, {"c", 9200}, {"d", 2}}},
		"another output":     {"logstash", []string{"a", "[::1]:7"}, "", false, []hostPort{{"a", 5044}, {"::1", 7}}},
		"a proxy":            {"elasticsearch", []string{"a"}, "http://p:3128", false, []hostPort{{"a", 9200}, {"p", 3128}}},
		"of a default port":  {"logstash", []string{"a"}, "socks5://p", false, []hostPort{{"a", 5044}, {"p", 1080}}},
		"that is not used":   {"elasticsearch", []string{"a"}, "http://p:3128", true, []hostPort{{"a", 9200}}},
		"what cannot be one": {"elasticsearch", []string{"http://a b", "c"}, "", false, []hostPort{{"c", 9200}}},
	} {
		if got := serversOf(c.output, c.hosts, c.proxy, c.direct); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestOwnServersMove: a name leads elsewhere, then nowhere.
func TestOwnServersMove(t *testing.T) {
	names := map[string]string{"es": "192.0.2.1", "other": "2001:db8::1"}
	o := &own{hosts: []hostPort{{"es", 9200}, {"other", 443}}, addrs: map[hostPort][]netip.Addr{}, captures: map[leaver]bool{},
		lookup: func(_ context.Context, host string) ([]netip.Addr, error) {
			if names[host] == "" {
				return nil, errors.New("no such host")
			}
			return []netip.Addr{netip.MustParseAddr(names[host])}, nil
		}}
	var first, second leavingOut
	expect := func(l *leavingOut, want ...string) {
		t.Helper()
		var all []netip.AddrPort
		for _, w := range want {
			all = append(all, netip.MustParseAddrPort(w))
		}
		if !slices.Equal(l.remotes, all) {
			t.Errorf("%v are left out, want %v", l.remotes, all)
		}
	}
	o.resolve(t.Context())
	forget := o.keep(&first)
	o.keep(&second)
	first.remotes = o.servers()
	expect(&first, "192.0.2.1:9200", "[2001:db8::1]:443")
	names["es"] = "::ffff:192.0.2.2"
	o.resolve(t.Context())
	expect(&first, "192.0.2.2:9200", "[2001:db8::1]:443")
	names["es"], names["other"] = "", "192.0.2.3"
	o.resolve(t.Context())
	expect(&first, "192.0.2.2:9200", "192.0.2.3:443")
	forget()
	names["es"] = "192.0.2.4"
	o.resolve(t.Context())
	expect(&first, "192.0.2.2:9200", "192.0.2.3:443")
	expect(&second, "192.0.2.3:443", "192.0.2.4:9200")
}

func TestNothingIsLeftOut(t *testing.T) {
	var o *own
	if got := o.servers(); got != nil {
		t.Errorf("%v are left out", got)
	}
	o.keep(&leavingOut{})()
}
