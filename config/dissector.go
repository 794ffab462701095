// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Dissector are the dissectors beside espbeat's own.
type Dissector struct {
	Tshark Tshark `config:"tshark"`
}

// Tshark says which packets a process of tshark dissects, too, and how. In format ek it dissects all of them.
type Tshark struct {
	// When is empty for none, unknown for those of which espbeat has no name for some bytes, always, or a display filter in Wireshark's syntax.
	When string `config:"when"`
	// Protocols, by the names of Wireshark's filters, have fields of their types in the index.
	Protocols []string `config:"protocols"`
	// Path is that of the executable; a name alone is looked for in $PATH.
	Path string `config:"path"`
	// Processes share the packets of a source.
	Processes int `config:"processes"`
	// Timeout is how long a process may take for one packet.
	Timeout time.Duration `config:"timeout"`
	// MaxPackets and MaxMemory (resident memory) are what a process is replaced at; 0 bounds nothing.
	MaxPackets uint64   `config:"max_packets"`
	MaxMemory  ByteSize `config:"max_memory"`
	// MaxDocument bounds what is kept of what tshark says of a packet.
	MaxDocument ByteSize `config:"max_document"`
	// User is whom processes run as when espbeat runs as root.
	User string `config:"user"`
	// Quarantine is the capture file of packets that tshark does not survive; a relative one is below path.data, in a run that leaves nothing there below the current folder.
	Quarantine string `config:"quarantine"`
}

// Values of Tshark.When.
const (
	Unknown = "unknown"
	Always  = "always"
)

// Bounds of Tshark. Elasticsearch takes requests of 100 MB, and a document has to fit into one.
const (
	maxProcesses   = 64
	maxTimeout     = time.Hour
	minMemory      = 256 << 20
	minDocument    = 16 << 10
	maxDocument    = 16 << 20
	minPacketsEach = 1000
)

func defaultTshark() Tshark {
	return Tshark{
		Path: "tshark", Processes: 1, Timeout: 30 * time.Second, MaxPackets: 1_000_000, MaxMemory: 1 << 30, MaxDocument: 1 << 20,
		User: "nobody", Quarantine: "tshark-quarantine.pcapng",
	}
}

// Asked tells whether tshark dissects packets of an input.
func (t *Tshark) Asked(in *Input) bool {
	return in.Format == FormatEK || in.Format == FormatECS && t.When != ""
}

// Filter is When where that is a display filter, else empty.
func (t *Tshark) Filter() string {
	if t.When == Unknown || t.When == Always {
		return ""
	}
	return t.When
}

// AsksTshark tells whether tshark may be needed: an input asks for it, or inputs are to come.
func (c *Config) AsksTshark() bool {
	return c.InputFiles() != nil || slices.ContainsFunc(c.Enabled(), func(in Input) bool { return c.Dissector.Tshark.Asked(&in) })
}

func (t *Tshark) check(format string) error {
	const key = "espbeat.dissector.tshark"
	switch {
	case t.When != "" && format != FormatECS:
		return fault(key+".when", quoted(t.When), "documents of format "+format+" have no layers beside, use format ecs or leave it out")
	case len(t.Protocols) > 0 && t.When == "":
		return fault(key+".protocols", quoted(strings.Join(t.Protocols, ", ")), "they are for what tshark says beside espbeat's fields, set "+key+".when, in format ecs, or leave it out")
	case t.Path == "":
		return fault(key+".path", quoted(""), "name the executable, or remove it for tshark in $PATH")
	case t.Processes < 1 || t.Processes > maxProcesses:
		return fault(key+".processes", t.Processes, fmt.Sprintf("use 1 to %d", maxProcesses))
	case t.Timeout < time.Second || t.Timeout > maxTimeout:
		return fault(key+".timeout", t.Timeout, "use a duration from 1s, which tshark takes to start, to 1h")
	case t.MaxPackets != 0 && t.MaxPackets < minPacketsEach:
		return fault(key+".max_packets", t.MaxPackets, fmt.Sprintf("tshark takes half a second to start, use %d packets or more, or 0 for no bound", minPacketsEach))
	case t.MaxMemory != 0 && t.MaxMemory < minMemory:
		return fault(key+".max_memory", int64(t.MaxMemory), "tshark takes most of that to start, use 256MiB or more, or 0 for no bound")
	case t.MaxDocument < minDocument || t.MaxDocument > maxDocument:
		return fault(key+".max_document", int64(t.MaxDocument), "use 16KiB to 16MiB")
	}
	return nil
}
