// SPDX-License-Identifier: Apache-2.0

// Package privileges is about who espbeat runs as and what it may: which capabilities inputs need, going on as another user with
// these alone, and giving them up. See capabilities(7); other systems than Linux have nothing of it.
package privileges

import (
	"slices"
	"strings"

	"github.com/espbeat/espbeat/config"
)

// Capability is one of Linux's, by its name in capabilities(7).
type Capability string

// Capabilities that an input may need.
const (
	// NetRaw is for every capture: sockets of AF_PACKET and libpcap. Their ring, their filter, fanout and promiscuous mode (by
	// PACKET_ADD_MEMBERSHIP, not by the interface's flag) ask for nothing more.
	NetRaw Capability = "CAP_NET_RAW"
	// SysAdmin is for entering another network namespace (setns).
	SysAdmin Capability = "CAP_SYS_ADMIN"
)

// Needed are the capabilities that the enabled inputs need, in order of their names. Of inputs in files of their own it is not known here what
// they are: they may capture, and not enter a network namespace.
func Needed(cfg *config.Config) []Capability {
	var all []Capability
	for _, in := range cfg.Enabled() {
		all = append(all, neededBy(&in)...)
	}
	if cfg.InputFiles() != nil {
		all = append(all, NetRaw)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func neededBy(in *config.Input) []Capability {
	if in.Type != config.TypeLive {
		return nil
	}
	all := []Capability{NetRaw}
	if in.NetNS != "" {
		all = append(all, SysAdmin)
	}
	return all
}

// Names lists capabilities for people.
func Names(all []Capability) string {
	s := make([]string, len(all))
	for i, c := range all {
		s[i] = string(c)
	}
	return strings.Join(s, ", ")
}

// FileCapabilities are capabilities as setcap takes them: cap_net_raw=ep.
func FileCapabilities(all []Capability) string {
	s := make([]string, len(all))
	for i, c := range all {
		s[i] = strings.ToLower(string(c))
	}
	return strings.Join(s, ",") + "=ep"
}
