// SPDX-License-Identifier: Apache-2.0

package common

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Echo relates an echo reply of ICMP or ICMPv6 to its request: it writes the request's packet number to respTo and the time since then, in milliseconds, to respTime.
func Echo(p *dissect.Packet, request bool, key uint64, respTo, respTime field.ID) {
	c := p.Conversation
	if p.Quoted || c == nil {
		return
	}
	r, ok := c.Answer(key)
	if request {
		// A request that is sent again takes the place of the one before.
		c.Ask(p, key)
		return
	}
	if ok {
		p.Out.Uint(respTo, r.Number)
		p.Out.Float(respTime, float64(p.Time-r.Time)/1e6)
	}
}

// First is the first value of a field: that of the message itself where an error quotes another one.
func First(v dissect.View, id field.ID) (value string) {
	found := false
	v.All(id, func(text []byte) {
		if !found {
			found, value = true, string(text)
		}
	})
	return value
}
