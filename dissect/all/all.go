// SPDX-License-Identifier: Apache-2.0

// Package all lists every protocol that espbeat dissects, one line each.
package all

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/eth"
)

// Registry returns a new registry of every protocol.
func Registry() *dissect.Registry {
	return dissect.NewRegistry(
		// Link
		eth.Protocol,

		// Network

		// Transport

		// Application
	)
}
