// SPDX-License-Identifier: Apache-2.0

package config

// Index says how the packet index is made, and what its documents hold.
type Index struct {
	// Profile is minimal, standard or full: which fields documents have, and the index maps.
	Profile string `config:"profile"`
	// Mode is auto, logsdb or standard: Elasticsearch's index.mode.
	Mode string `config:"mode"`
	// Source is auto, stored or synthetic: how Elasticsearch keeps what a search returns.
	Source string `config:"source"`
}

// Values of an Index. Auto asks the server what it can.
const (
	Auto      = "auto"
	Minimal   = "minimal"
	Full      = "full"
	LogsDB    = "logsdb"
	Standard  = "standard"
	Stored    = "stored"
	Synthetic = "synthetic"
)

func (x *Index) check() error {
	switch x.Profile {
	case Minimal, Standard, Full:
	default:
		return fault("espbeat.index.profile", quoted(x.Profile), "no such profile, use minimal, standard or full")
	}
	switch x.Mode {
	case Auto, LogsDB, Standard:
	default:
		return fault("espbeat.index.mode", quoted(x.Mode), "no such mode, use auto, logsdb or standard")
	}
	switch x.Source {
	case Auto, Stored, Synthetic:
	default:
		return fault("espbeat.index.source", quoted(x.Source), "no such source, use auto, stored or synthetic")
	}
	if x.Source == Synthetic && x.Mode == Standard {
		return fault("espbeat.index.source", quoted(x.Source), "an index of mode standard stores its source, use mode auto or logsdb")
	}
	return nil
}
