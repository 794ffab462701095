// SPDX-License-Identifier: Apache-2.0

package common

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

var (
	fUser       = root.Add("user.name", field.Keyword, "", "Name by which a user logs in", field.ECS, field.First)
	fUserDomain = root.Add("user.domain", field.Keyword, "", "Domain or realm that knows the user", field.ECS, field.First)
	fUsers      = root.Add("related.user", field.Keyword, "", "Names of users that the packet mentions", field.ECS, field.List, field.Unique)
)

// User writes the name by which a user logs in.
func User(o *field.Buffer, name []byte) {
	if len(name) > 0 {
		o.Text(fUser, name)
		o.Text(fUsers, name)
	}
}

// Domain writes the domain, or realm, of the user who logs in.
func Domain(o *field.Buffer, name []byte) {
	if len(name) > 0 {
		o.Text(fUserDomain, name)
	}
}

// Interim is Response for one that another will follow: the request stays open.
func Interim(p *dissect.Packet, c *dissect.Conversation, key uint64) {
	if c == nil || outside(p) {
		return
	}
	if r, ok := c.Asked(key); ok {
		p.Out.Uint(fRequestIn, r.Number)
		p.Out.Int(field.EventDuration, p.Time-r.Time)
		transaction(p, c, r.Ordinal)
	}
}

// Caused writes what ties a packet to the request of another conversation that it comes from: the packet with the request, the other's
// dissect.Conversation.ID, and the request's ordinal there.
func Caused(p *dissect.Packet, number uint64, conversation string, ordinal uint64) {
	p.Out.Uint(fRequestIn, number)
	transaction(p, &dissect.Conversation{ID: conversation}, ordinal)
}
