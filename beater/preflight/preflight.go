// SPDX-License-Identifier: Apache-2.0

// Package preflight finds out whether the configured inputs can run, before they do: what `espbeat test capture` prints.
package preflight

import (
	"fmt"
	"runtime"
	"slices"

	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/privileges"
)

// Status of a finding.
type Status int

// OK needs nothing, Warn should be known, Fail stops a run or loses packets.
const (
	OK Status = iota
	Warn
	Fail
)

// String is as it is printed.
func (s Status) String() string { return [...]string{"ok", "WARN", "FAIL"}[s] }

// Finding is a line of the report.
type Finding struct {
	Status  Status
	Subject string
	Text    string
	Remedy  string // empty when nothing needs to be done, or the text says it
}

func (f Finding) String() string {
	s := fmt.Sprintf("%-4s %s: %s", f.Status, f.Subject, f.Text)
	if f.Remedy != "" {
		s += "; " + f.Remedy
	}
	return s
}

// Options say what there is beside the inputs.
type Options struct {
	// Data is path.data; empty for a run that keeps nothing.
	Data string
	// CompileDisplay finds what is wrong with a display filter.
	CompileDisplay func(text string) error
	// Program is the path of the executable, for remedies.
	Program string
}

// Run looks at everything that the enabled inputs need, in the order in which it is best mended.
func Run(cfg *config.Config, o Options) []Finding {
	on := cfg.Enabled()
	needed := privileges.Needed(cfg)
	missing := privileges.Missing(needed)
	var all []Finding
	if runtime.GOOS == "linux" { // elsewhere opening an interface tells
		all = append(all, permissions(needed, missing, o.Program))
	}
	for i := range on {
		in := &on[i]
		if in.DisplayFilter != "" {
			all = append(all, display(in, o.CompileDisplay))
		}
		switch in.Type {
		case config.TypeLive:
			all = append(all, live(in, cfg.Dissect.Checksums, len(missing) == 0)...)
		case config.TypeFile:
			all = append(all, files(in)...)
		}
	}
	if o.Data != "" {
		all = append(all, data(o.Data, cfg.Privileges.User))
	}
	return all
}

// Failed tells whether any finding is a failure.
func Failed(all []Finding) bool {
	return slices.ContainsFunc(all, func(f Finding) bool { return f.Status == Fail })
}

func display(in *config.Input, compile func(string) error) Finding {
	f := Finding{Subject: "display filter of " + in.ID, Text: fmt.Sprintf("%q can be answered", in.DisplayFilter)}
	if err := compile(in.DisplayFilter); err != nil {
		f.Status, f.Text = Fail, err.Error()
	}
	return f
}

func permissions(needed, missing []privileges.Capability, program string) Finding {
	f := Finding{Subject: "permissions"}
	switch {
	case len(needed) == 0:
		f.Text = "reading files needs no capability"
	case len(missing) == 0:
		f.Text = "the inputs have what they need, " + privileges.Names(needed)
	default:
		f.Status, f.Text = Fail, "missing: "+privileges.Names(missing)
		f.Remedy = fmt.Sprintf("run as root (sudo), or `sudo setcap %s %s` once", privileges.FileCapabilities(needed), program)
	}
	return f
}
