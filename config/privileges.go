// SPDX-License-Identifier: Apache-2.0

package config

// Privileges say as whom espbeat runs, and with which of root's rights (Linux). Nothing set changes nothing.
type Privileges struct {
	// User is whom a start as root goes on as, a name or a number; empty stays.
	User string `config:"user"`
	// Group is its group; empty is the user's own.
	Group string `config:"group"`
	// Drop is keep, or all: no capability is left once the inputs are open.
	Drop string `config:"drop"`
}

// DropAll is the value of privileges.drop that leaves no capability; Keep is the other.
const DropAll = "all"

// Set tells whether any of it changes something.
func (p *Privileges) Set() bool { return p.User != "" || p.Drop == DropAll }

func (p *Privileges) check() error {
	switch {
	case p.Drop != Keep && p.Drop != DropAll:
		return fault("espbeat.privileges.drop", quoted(p.Drop), "use keep or all")
	case p.Group != "" && p.User == "":
		return fault("espbeat.privileges.group", quoted(p.Group), "only with privileges.user")
	case p.User == "root" || p.User == "0":
		return fault("espbeat.privileges.user", quoted(p.User), "that is nobody else than who starts it, name a user without rights of its own")
	}
	return nil
}
