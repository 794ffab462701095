// SPDX-License-Identifier: Apache-2.0

package dhcp

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

var agents = field.Group("dhcp.option.agent_information_option")

// told are the suboptions of the relay's information with fields (RFC 3046, RFC 3527, RFC 3993).
var told = map[uint8]known{
	1: {digits, agents.Add("agent_circuit_id", field.Hex, "dhcp.option.agent_information_option.agent_circuit_id", "Circuit of the client, as the relay names it")},
	2: {digits, agents.Add("agent_remote_id", field.Hex, "dhcp.option.agent_information_option.agent_remote_id", "Remote end of that circuit")},
	5: {ips, agents.Add("link_selection", field.IP, "dhcp.option.agent_information_option.link_selection", "Subnet of the client", field.Rare)},
	6: {words, agents.Add("subscriber_id", field.Keyword, "dhcp.option.agent_information_option.subscriber_id", "Subscriber")},
}

// agent reads the relay's information (RFC 3046).
func agent(v *common.Cursor) {
	for n := 0; v.More() && n < maxValues; n++ {
		code := v.U8()
		value := v.Sub(int(v.U8()))
		if k, ok := told[code]; ok && !value.Failed {
			k.write(&value, code)
		}
	}
}
