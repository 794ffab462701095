// SPDX-License-Identifier: Apache-2.0

package dcerpc

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

// call is a request that waits for its response.
type call struct {
	id    uint32
	opnum uint16
	iface *iface // nil when its context was not seen to be bound
	stubs [2]stub
}

// stub gathers the arguments of a call, or its results, out of fragments.
type stub struct {
	b []byte
	// broken says that there were too many, or that one was missing.
	broken bool
}

// add takes a fragment; whole are the arguments when it was the last one, nil before.
func (s *stub) add(b []byte, first, last bool) (whole []byte) {
	switch {
	case first && last:
		return b
	case first:
		*s = stub{}
	}
	if s.broken = s.broken || len(s.b)+len(b) > maxStub || !first && s.b == nil; s.broken {
		s.b = nil
		return nil
	}
	s.b = append(s.b, b...)
	if !last {
		return nil
	}
	whole = s.b
	*s = stub{}
	return whole
}

// request notes a call.
func (a *association) request(r *reader, c *dissect.Conversation, id uint32, flags uint8) {
	r.u32() // a hint of the size
	context, opnum := r.u16(), r.u16()
	if r.failed {
		return
	}
	o := r.p.Out
	o.Uint(fContext, uint64(context))
	o.Uint(fOpnum, uint64(opnum))
	if flags&flagObject != 0 {
		if u := r.uuid(); !r.failed {
			u.write(o, fObject)
		}
	}
	in := a.contexts[context]
	in.write(o)
	first, last := flags&flagFirst != 0, flags&flagLast != 0
	in.called(r.p, opnum, last)
	i := a.open(id)
	if first {
		common.Request(r.p, c, uint64(id))
		if i < 0 {
			if len(a.calls) == maxCalls {
				a.calls = append(a.calls[:0], a.calls[1:]...)
			}
			i, a.calls = len(a.calls), append(a.calls, call{})
		}
		a.calls[i] = call{id: id, opnum: opnum, iface: in}
	}
	if i >= 0 {
		a.calls[i].arguments(r, 0, first, last)
	}
}

// response ties a response, or a fault, to its call: each fragment of it, as Wireshark does.
func (a *association) response(r *reader, c *dissect.Conversation, id uint32, flags uint8, fault bool) {
	o := r.p.Out
	r.u32() // a hint of the size
	context := r.u16()
	r.u16() // how many cancels
	if r.failed {
		return
	}
	o.Uint(fContext, uint64(context))
	if fault {
		if status := r.u32(); !r.failed {
			o.Uint(fStatus, uint64(status))
		}
	}
	last := flags&flagLast != 0
	if last {
		common.Response(r.p, c, uint64(id))
	} else {
		common.Interim(r.p, c, uint64(id))
	}
	i := a.open(id)
	if i < 0 {
		return
	}
	f := &a.calls[i]
	if f.iface != nil || !r.p.Options.Wireshark { // Wireshark knows calls of bound contexts only
		o.Uint(fOpnum, uint64(f.opnum))
	}
	f.iface.write(o)
	if !fault {
		f.iface.called(r.p, f.opnum, last)
		f.arguments(r, 1, flags&flagFirst != 0, last)
	}
	if last {
		a.calls = append(a.calls[:i], a.calls[i+1:]...)
	}
}

// open is the index of an open call, -1 without one.
func (a *association) open(id uint32) int {
	for i := len(a.calls) - 1; i >= 0; i-- {
		if a.calls[i].id == id {
			return i
		}
	}
	return -1
}

// arguments hands the arguments of a call (0), or its results (1), to who reads them, once they are whole.
func (f *call) arguments(r *reader, which int, first, last bool) {
	if f.iface == nil || f.iface.arguments == nil || r.cut {
		return
	}
	if whole := f.stubs[which].add(r.b, first, last); whole != nil {
		f.iface.arguments(&reader{p: r.p, b: whole, order: r.order}, f.opnum, which == 1)
	}
}
