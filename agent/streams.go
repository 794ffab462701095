// SPDX-License-Identifier: Apache-2.0

// Package agent runs espbeat under Elastic Agent: how a unit of a policy becomes streams, and the manager that speaks the Agent's protocol. What
// Elastic Agent has to know beforehand stands in espbeat.spec.yml.
package agent

import (
	"fmt"
	"maps"
	"strings"

	"github.com/espbeat/espbeat/config"
)

// framework are keys of a stream that are the Agent's, not espbeat's.
var framework = []string{"data_stream", "meta", "policy", "use_output"}

// Streams makes of the streams of one unit, to which the Agent's rules were applied, what config.ParseStream reads: one for each, in their order.
// datasets are their datasets. The last word of a dataset says what the stream is: flow, ledger, or else packets. A stream of packets sends the
// documents of its flows, and of lost packets, to the unit's streams of those kinds, since a stream may write to its own dataset only.
func Streams(unit string, streams []map[string]any, datasets []string) ([]map[string]any, error) {
	made := make([]map[string]any, len(streams))
	kinds := map[string]int{} // of flow and ledger: where it is
	var packets []any
	for i, s := range streams {
		made[i] = maps.Clone(s)
		for _, key := range framework {
			delete(made[i], key)
		}
		if id, _ := made[i]["id"].(string); id == "" {
			made[i]["id"] = fmt.Sprintf("%s-%d", unit, i)
		}
		kind := datasets[i][strings.LastIndexByte(datasets[i], '.')+1:]
		switch kind {
		case config.TypeFlow, config.TypeLedger:
			if was, taken := kinds[kind]; taken {
				return nil, fmt.Errorf("unit %s: streams %v and %v: both are for documents of dataset %s, remove one", unit, made[was]["id"], made[i]["id"], datasets[i])
			}
			kinds[kind] = i
			made[i]["type"] = kind
		default:
			packets = append(packets, made[i]["id"])
			if _, set := made[i]["type"]; !set {
				made[i]["type"] = config.TypeLive
			}
			if _, set := made[i]["wait_for_interfaces"]; !set && made[i]["type"] == config.TypeLive {
				made[i]["wait_for_interfaces"] = true // a policy is for many hosts, and nobody looks at this one's start
			}
		}
	}
	if len(kinds) == 0 {
		return made, nil
	}
	to := map[string]any{}
	for kind, i := range kinds {
		made[i]["of"] = packets
		documents := map[string]any{}
		for _, key := range []string{"index", "pipeline", "tags", "fields", "processors"} {
			if v, set := made[i][key]; set {
				documents[key] = v
			}
		}
		to[kind] = documents
	}
	for _, s := range made {
		if kind := s["type"]; kind != config.TypeFlow && kind != config.TypeLedger {
			s["documents"] = to
		}
	}
	return made, nil
}
