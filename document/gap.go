// SPDX-License-Identifier: Apache-2.0

package document

import "github.com/espbeat/espbeat/field"

var (
	sPacketsLost = field.Intern("packets-lost")
	sGap         = field.Intern(GapDataset)
)

// Gap says that packets of an interface were lost in an interval.
type Gap struct {
	// Number tells the gaps of one capture id apart, from 1.
	Number uint64
	// Start and End bound the interval: wall-clock time, nanoseconds since the epoch.
	Start, End int64
	// Kernel counts what the kernel or the network card lost, Pool what espbeat dropped for want of memory.
	Kernel, Pool uint64
	Interface    string
	// NetNS is the interface's network namespace; empty for the process's own.
	NetNS string
}

// NewGap makes the document of a gap. Its id has the form of a packet's; opt.CaptureID is one that no packet has. It has all its fields
// in every profile, as there are few such documents.
func NewGap(opt Options, g Gap) *Document {
	return newNotice(opt, g.Number, g.End, func(e *Encoder) { e.collectGap(&g) })
}

func (e *Encoder) collectGap(g *Gap) {
	e.begin(field.Full)
	o := &e.core
	o.Const(fKind, sEvent)
	o.Const(fCategory, sNetwork)
	o.Const(fType, sInfo)
	o.Const(fDataset, sGap)
	o.Const(fAction, sPacketsLost)
	o.Int(fStart, g.Start)
	o.Int(fEnd, g.End)
	o.Int(field.EventDuration, g.End-g.Start)
	if !e.opt.Shipped {
		o.Const(fECSVersion, sECS)
	}
	e.writeSensor()
	if g.Interface != "" {
		o.String(fIngressName, g.Interface)
	}
	if g.NetNS != "" {
		o.String(fIngressZone, g.NetNS)
	}
	o.Uint(fLostKernel, g.Kernel)
	o.Uint(fLostPool, g.Pool)
	e.addCore()
}
