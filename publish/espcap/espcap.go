// SPDX-License-Identifier: Apache-2.0

// Package espcap makes the ingest pipeline that turns documents of Espcap into espbeat's. Espcap stores what `tshark -T ek` prints;
// which of its fields becomes which of ours is derived from the field definitions, each of which has its Wireshark name.
package espcap

import (
	_ "embed"
	"maps"
	"slices"
	"strings"

	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/field"
)

// Name of the pipeline.
const Name = "espbeat-espcap"

//go:embed convert.painless
var convert string

// owners are the protocols, as tshark names them, that fields of these prefixes belong to, where it is not the prefix itself. The
// longest prefix counts.
var owners = map[string]string{
	"ipv6.fraghdr": "ipv6.fraghdr", "ipv6.hopopts": "ipv6.hopopts", "ipv6.dstopts": "ipv6.dstopts", "ipv6.routing": "ipv6.routing",
	"mip6": "mipv6", "pwach": "mpls", "pweth.cw": "pwethcw", "udp.checksum_coverage": "udplite",
	"nsip": "gprs-ns", "gsm_a.dtap": "gsm_a.dtap", "gsm_a.gm": "gsm_a.gm", "gsm_a.rr": "gsm_a.rr", "gsm_a.dtap.msg_gmm_type": "gsm_a.gm", "gsm_a.dtap.msg_sm_type": "gsm_a.gm",
	"hsrp2": "hsrp", "ftp-data": "ftp", "mstp": "stp", "wpan-tap": "wpan", "isis.hello": "isis.hello", "isis.lsp": "isis.lsp", "isis.csnp": "isis.csnp", "isis.psnp": "isis.psnp",
	"mstp.frame_type": "mstp", "mstp.dst": "mstp", "mstp.src": "mstp", "cip.cm": "cipcm", "cip.pccc": "cippccc", "cip.seq": "enip", "geonw": "gnw",
	"mpls_echo": "mpls-echo", "openflow_1_0": "openflow_v1", "openflow": "openflow_v1", "openflow.version": "openflow", "pn_io.error_code": "pn_rt", "sflow_245": "sflow",
}

// derived are the fields that the pipeline makes itself, because they are of the innermost packet or have names where Wireshark has
// numbers.
var derived = map[string]bool{
	"@timestamp": true, "source.ip": true, "source.port": true, "source.mac": true, "destination.ip": true, "destination.port": true,
	"destination.mac": true, "network.iana_number": true, "network.community_id": true, "packet.layers": true, "packet.link_type": true,
	"related.ip": true,
}

// unmade are fields that have a name in Wireshark and are not made of it.
var unmade = map[string]bool{
	"packet.malformed": true, "packet.truncated": true, "packet.protocol": true, // no fields of a document of tshark's
	"packet.payload":   true, // it has whatever the fields of its layers redact
	"tcp.options.kind": true, // tshark writes its name several times into one object, and only one is kept
	"dns.opt.nsid":     true, // Wireshark's name is that of the data of any option
}

// also are further names that tshark has for a field.
var also = map[string][]string{"ip.version": {"ipv6_ip_version"}, "tcp.options.sack_perm": {"tcp_options_sack_perm", "tcp_tcp_options_sack_perm"}}

// urls are fields that hold addresses of the web, which may hold secrets.
var urls = map[string]bool{
	"url.original": true, "url.full": true, "url.path": true, "url.query": true, "http.location": true, "http.request.referrer": true,
}

// Key is the name that `tshark -T ek` gives to the field of a display filter name: the protocol that it belongs to and the name,
// with underscores.
func Key(filter string) string { return strings.ReplaceAll(owner(filter)+"_"+filter, ".", "_") }

// owner is the protocol that the field of a display filter name belongs to.
func owner(filter string) string {
	owner, longest := "", -1
	for prefix, o := range owners {
		if (filter == prefix || strings.HasPrefix(filter, prefix+".")) && len(prefix) > longest {
			owner, longest = o, len(prefix)
		}
	}
	if longest < 0 {
		owner, _, _ = strings.Cut(filter, ".")
	}
	return owner
}

// typeName is how the script converts to a type; "" when it does not.
func typeName(t field.Type) string {
	switch t {
	case field.Bool:
		return "bool"
	case field.Uint8, field.Uint16, field.Uint32, field.Int64:
		return "long"
	case field.Float:
		return "double"
	case field.Keyword, field.Wildcard, field.Text:
		return "text"
	case field.IP:
		return "ip"
	case field.MAC:
		return "mac"
	case field.Hex:
		return "hex"
	case field.Date:
		return "date"
	}
	return ""
}

// flags are what the script has to know of a field, a letter each.
func flags(d *field.Def) string {
	f := ""
	for _, x := range []struct {
		flag   field.Flag
		letter string
	}{{field.List, "l"}, {field.First, "f"}, {field.Secret, "s"}, {field.Address, "a"}, {field.Unique, "u"}} {
		if d.Is(x.flag) {
			f += x.letter
		}
	}
	switch d.Name {
	case "network.vlan.id":
		f += "f" // the outer tag
	case "network.inner.vlan.id":
		f += "i" // the second
	}
	if urls[d.Name] {
		f += "r"
	}
	return f
}

// Fields tells for each name of tshark's which fields of a profile's documents it becomes.
func Fields(profile field.Profile) map[string]any {
	layout := field.Seal()
	out := map[string]any{}
	for id := range layout.Defs {
		d := &layout.Defs[id]
		t := typeName(d.Type)
		if d.Wireshark == "" || t == "" || derived[d.Name] || unmade[d.Name] || !has(profile, id) || layout.Array[id] != field.NoArray {
			continue
		}
		keys := slices.Clone(also[d.Name])
		for filter := range strings.SplitSeq(d.Wireshark, ",") {
			if key := Key(strings.TrimSpace(filter)); !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
		target := map[string]any{"p": anys(layout.Path[id]), "t": t}
		if f := flags(d); f != "" {
			target["f"] = f
		}
		for _, key := range keys {
			list, _ := out[key].([]any)
			out[key] = append(list, target)
		}
	}
	for _, list := range out {
		hide(list.([]any))
	}
	return out
}

// hide makes all fields secret that one name of tshark's stands for, where one of them is: which of them a value is, its name does not tell.
func hide(list []any) {
	secret := func(x any) bool { f, _ := x.(map[string]any)["f"].(string); return strings.Contains(f, "s") }
	if !slices.ContainsFunc(list, secret) {
		return
	}
	for i, x := range list {
		if !secret(x) {
			x := maps.Clone(x.(map[string]any)) // other names have it, too
			f, _ := x["f"].(string)
			x["f"], list[i] = f+"s", x
		}
	}
}

// has tells whether documents of packets have a field in a profile.
func has(profile field.Profile, id int) bool {
	return field.Seal().Defs[id].In(profile) && !document.OfFlowsOnly(field.ID(id), profile) //nolint:gosec // few fields
}

// left are the fields that the script makes itself and documents of a profile do not have.
func left(profile field.Profile) []any {
	layout := field.Seal()
	out := []any{}
	for id := range layout.Defs {
		d := &layout.Defs[id]
		if (d.Wireshark == "" || derived[d.Name]) && !has(profile, id) && layout.Array[id] == field.NoArray {
			out = append(out, anys(layout.Path[id]))
		}
	}
	return out
}

// Pipeline is the body of the pipeline, for an index of a profile.
func Pipeline(profile field.Profile) map[string]any {
	params := map[string]any{"fields": Fields(profile), "left": left(profile), "ecs": field.ECSVersion, "redacted": field.Redacted}
	for k, v := range tables() {
		params[k] = v
	}
	return map[string]any{
		"description": "Documents of Espcap (tshark -T ek) as espbeat's: POST _reindex with dest.pipeline",
		"processors": []any{
			map[string]any{"fail": map[string]any{
				"if":      "!(ctx.layers instanceof Map)",
				"message": "not a document of Espcap: it has no object layers",
			}},
			map[string]any{"script": map[string]any{"lang": "painless", "source": convert, "params": params}},
			map[string]any{"community_id": map[string]any{
				// Not of fragments: a community ID without the ports would be another.
				"if": "ctx.source?.port != null || ctx.icmp?.type != null || !['tcp', 'udp', 'sctp', 'icmp', 'ipv6-icmp'].contains(ctx.network?.transport)", "ignore_missing": true, "ignore_failure": true,
			}},
			map[string]any{"community_id": map[string]any{
				"if": "ctx.network?.transport == 'ipv6-icmp'", "icmp_type": "icmpv6.type", "icmp_code": "icmpv6.code", "ignore_missing": true, "ignore_failure": true,
			}},
			map[string]any{"network_direction": map[string]any{"internal_networks": []any{"private"}, "ignore_missing": true, "ignore_failure": true}},
		},
	}
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
