// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
)

// named are groups of networks that go by a name, those of libbeat's conditions
// which are few enough to list.
var named = map[string][]netip.Prefix{
	"private":            prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"), // RFC 1918, RFC 4193
	"loopback":           prefixes("127.0.0.0/8", "::1/128"),
	"link_local_unicast": prefixes("169.254.0.0/16", "fe80::/10"), // RFC 3927, RFC 4291
	"multicast":          prefixes("224.0.0.0/4", "ff00::/8"),
}

func prefixes(s ...string) []netip.Prefix {
	var p []netip.Prefix
	for _, n := range s {
		p = append(p, netip.MustParsePrefix(n))
	}
	return p
}

// Internal are the networks of internal_networks.
func (c *Config) Internal() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for i, n := range c.InternalNetworks {
		if group, ok := named[n]; ok {
			all = append(all, group...)
			continue
		}
		p, err := netip.ParsePrefix(n)
		if err != nil {
			return nil, fault(fmt.Sprintf("espbeat.internal_networks.%d", i), quoted(n),
				"not a network, use CIDR such as 10.0.0.0/8 or one of "+strings.Join(slices.Sorted(maps.Keys(named)), ", "))
		}
		all = append(all, p.Masked())
	}
	return all, nil
}
