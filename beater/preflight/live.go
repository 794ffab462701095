// SPDX-License-Identifier: Apache-2.0

package preflight

import (
	"fmt"
	"slices"
	"strings"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/config"
)

// live looks at the interfaces of an input.
func live(in *config.Input, checksums, may bool) []Finding {
	var all []Finding
	watch := capture.WatchSelection(capture.Selection{Names: in.Interfaces, Exclude: in.ExcludeInterfaces, NetNS: in.NetNS})
	defer watch.Close()
	found, missing, err := watch.Look()
	absent := func(subject, text string) Finding {
		if in.WaitForInterfaces {
			return Finding{Status: Warn, Subject: subject, Text: text, Remedy: "the input will wait for it"}
		}
		return Finding{Status: Fail, Subject: subject, Text: text}
	}
	switch subject := "interfaces of " + in.ID; {
	case err != nil:
		return []Finding{{Status: Fail, Subject: subject, Text: err.Error()}}
	case missing != nil:
		all = append(all, absent(subject, missing.Error()))
	case len(found) == 0:
		all = append(all, Finding{Status: Warn, Subject: subject, Text: "none matches " + strings.Join(in.Interfaces, " or "), Remedy: "the input will wait for one"})
	}
	if in.NetNS != "" && missing == nil {
		all = append(all, Finding{Subject: "network namespace " + in.NetNS, Text: "can be entered"})
	}
	for _, s := range found {
		is, err := capture.InspectInterface(s.Name, in.NetNS)
		if err != nil {
			all = append(all, absent("interface "+s.Name, err.Error()))
			continue
		}
		f := link(is)
		if !is.Up && (!s.Named || in.WaitForInterfaces) {
			f.Status, f.Remedy = Warn, "the input will wait until it is up"
			all = append(all, f)
			continue
		}
		all = append(all, f)
		if is.Features != nil {
			all = append(all, offloads(is, checksums))
		}
		if strings.TrimSpace(in.Filter) != "" {
			all = append(all, filter(in, is))
		}
		all = append(all, ring(in, is, may))
	}
	return all
}

func link(is capture.InterfaceState) Finding {
	f := Finding{Subject: "interface " + is.Name, Text: fmt.Sprintf("up, link type %s", is.LinkType)}
	switch {
	case !is.Up:
		f.Status, f.Text, f.Remedy = Fail, "down", fmt.Sprintf("bring it up: `ip link set %s up`", is.Name)
	case !is.Running:
		f.Status, f.Text, f.Remedy = Warn, "up, without a carrier", "check the cable, or the other end"
	}
	return f
}

// offloads tells how far packets are those of the wire.
func offloads(is capture.InterfaceState, checksums bool) Finding {
	f := Finding{Subject: "offloads of " + is.Name, Text: "packets are captured as they are on the wire"}
	var told, off []string
	for _, o := range []struct{ name, means, turn string }{
		{capture.FeatureLRO, "the card puts received packets of a connection together (LRO)", "lro off"},
		{capture.FeatureGRO, "received packets of a connection are put together (GRO)", "gro off"},
		{capture.FeatureTSO, "sent packets are captured before the card cuts them (TSO)", "tso off"},
		{capture.FeatureGSO, "sent packets are captured before they are cut (GSO)", "gso off"},
	} {
		if slices.Contains(is.Features, o.name) {
			told, off = append(told, o.means), append(off, o.turn)
		}
	}
	if len(off) > 0 {
		f.Status = Warn
		f.Remedy = fmt.Sprintf("to capture what is on the wire: `ethtool -K %s %s`", is.Name, strings.Join(off, " "))
	}
	if slices.Contains(is.Features, capture.FeatureChecksum) {
		told = append(told, "sent packets have no checksum yet")
		if checksums {
			f.Status = Warn
			f.Remedy = strings.TrimPrefix(f.Remedy+", and leave dissect.checksums off", ", and ")
		}
	}
	if len(told) > 0 {
		f.Text = strings.Join(told, ", ")
	}
	return f
}

func filter(in *config.Input, is capture.InterfaceState) Finding {
	f := Finding{Subject: "filter on " + is.Name, Text: fmt.Sprintf("%q compiles for link type %s", in.Filter, is.LinkType)}
	if err := capture.CheckFilter(is, in.Filter, in.SnapLen); err != nil {
		f.Status, f.Text = Fail, err.Error()
	}
	return f
}

// engines are the names of the configuration for capture's engines.
var engines = map[string]string{"auto": capture.EngineAuto, "af_packet": capture.EngineAFPacket, "pcap": capture.EnginePcap}

// ring begins a capture with the configured buffers, and ends it.
func ring(in *config.Input, is capture.InterfaceState, may bool) Finding {
	size := fmt.Sprintf("%d MiB", int64(in.BufferSize)*int64(in.Fanout)>>20)
	if in.BufferTime > 0 {
		size = fmt.Sprintf("%s at the speed of the interface", in.BufferTime)
	}
	f := Finding{Subject: "ring of " + is.Name, Text: fmt.Sprintf("%s can be had, engine %s", size, in.Engine)}
	if !may {
		f.Status, f.Text = Fail, "not tried: permissions are missing"
		return f
	}
	for range in.Fanout { // all at once
		l, err := capture.OpenLive(capture.LiveOptions{
			Interface: is.Name, Engine: engines[in.Engine], SnapLen: in.SnapLen, Promiscuous: in.Promiscuous, BufferSize: int(in.BufferSize), BufferTime: in.BufferTime, NetNS: in.NetNS,
		})
		if err != nil {
			f.Status, f.Text = Fail, err.Error()
			break
		}
		defer l.Close()
	}
	return f
}
