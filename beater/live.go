// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/config"
)

// maxInterfaces bounds how many interfaces an input captures from at a time: each has a ring of buffer_size.
const maxInterfaces = 256

// watcher is capture.SelectionWatch.
type watcher interface {
	Look() (found []capture.Selected, missing, err error)
	Changed() <-chan struct{}
	Close()
}

// live are the interfaces that an input of type live captures from, as they come and go.
type live struct {
	in    config.Input
	watch watcher
	// open opens an interface with all its sockets.
	open func(name string) ([]*source, error)
	say  func(string)
	// patient waits for interfaces that cannot be opened yet, whatever the reason.
	patient bool
	health  *health

	nics map[capture.InterfaceID]*nic
	// over are those whose capture has ended by itself, with all packets of count or broken: they are not opened again while they stay.
	over map[capture.InterfaceID]bool
	said map[string]string // what was said last of an interface that is waited for, or of why nothing is known
}

// nic is an interface that is captured from.
type nic struct {
	id      capture.InterfaceID
	sources []*source // one a socket
	// leave ends the capture, because the interface is gone or no longer selected; it is nil until the capture is read.
	leave   context.CancelFunc
	leaving bool
}

// openLive opens what is selected and there at the start. What is named has to be there, unless it is to be waited for.
func openLive(in config.Input, opts Options) (*live, error) {
	l := newLive(in, capture.WatchSelection(capture.Selection{Names: in.Interfaces, Exclude: in.ExcludeInterfaces, NetNS: in.NetNS}),
		func(name string) ([]*source, error) {
			sources, err := openInterface(&in, name, opts.own)
			if opts.store != nil {
				keep(sources, opts.store)
			}
			return sources, err
		})
	l.patient = opts.patient
	if err := l.begin(); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func newLive(in config.Input, watch watcher, open func(string) ([]*source, error)) *live {
	return &live{
		in: in, watch: watch, open: open, say: func(string) {},
		nics: map[capture.InterfaceID]*nic{}, over: map[capture.InterfaceID]bool{}, said: map[string]string{},
	}
}

func (l *live) begin() error {
	found, missing, err := l.watch.Look()
	if err != nil && !l.patient {
		return err
	}
	if missing != nil && !l.in.WaitForInterfaces {
		return missing
	}
	var first error
	for _, s := range found {
		must := s.Named && !l.in.WaitForInterfaces && !l.patient
		if !s.Up && !must || len(l.nics) == maxInterfaces {
			continue
		}
		err := l.add(s)
		if err != nil && must {
			return err
		}
		if first == nil {
			first = err
		}
	}
	if len(l.nics) == 0 && !l.patient {
		return first // no right to capture, most likely
	}
	return nil
}

// add opens an interface.
func (l *live) add(s capture.Selected) error {
	sources, err := l.open(s.Name)
	if err != nil {
		return err
	}
	l.nics[s.InterfaceID] = &nic{id: s.InterfaceID, sources: sources}
	return nil
}

// close gives everything back that is not being read.
func (l *live) close() {
	for _, n := range l.nics {
		n.close()
	}
	l.watch.Close()
}

func (n *nic) close() {
	for _, s := range n.sources {
		s.end()
	}
}

// match looks which interfaces there are: it ends the captures of those that are gone, and opens those that have come, which it returns.
func (l *live) match() []*nic {
	found, missing, err := l.watch.Look()
	err = explainDropped(err)
	l.tell(aboutLook, err)
	if err != nil {
		return nil
	}
	if len(found) == 0 && missing == nil {
		missing = fmt.Errorf("no interface matches %s: waiting for one", strings.Join(l.in.Interfaces, " or "))
	}
	l.tell(aboutMissing, missing)
	is, named := map[capture.InterfaceID]bool{}, map[string]bool{aboutLook: true, aboutMissing: true}
	for _, s := range found {
		is[s.InterfaceID], named[s.Name] = true, true
	}
	for id, n := range l.nics {
		if !is[id] && !n.leaving {
			n.leaving = true
			n.leave()
		}
	}
	maps.DeleteFunc(l.over, func(id capture.InterfaceID, _ bool) bool { return !is[id] })
	for about := range l.said {
		if !named[about] {
			l.tell(about, nil)
		}
	}
	var came []*nic
	for _, s := range found {
		switch n := l.nics[s.InterfaceID]; {
		case l.over[s.InterfaceID]:
		case !s.Up && s.Index == 0 && n == nil:
			if l.said[s.Name] == "" && !l.captures(s.Name) { // else that it is gone has been said, or will be
				l.tell(s.Name, fmt.Errorf("interface %s is not there: waiting for it", s.Name))
			}
		case !s.Up && s.Index != 0:
			l.tell(s.Name, fmt.Errorf("interface %s is down: waiting until it is up", s.Name))
		case n != nil:
			if l.tell(s.Name, nil) {
				l.say(fmt.Sprintf("interface %s is up", s.Name))
			}
		case len(l.nics) >= maxInterfaces:
			l.tell(s.Name, fmt.Errorf("interface %s is left out: %d are captured already; narrow the globs of interfaces, or use any", s.Name, maxInterfaces))
		default:
			if err := l.add(s); err != nil {
				l.tell(s.Name, err)
				continue
			}
			l.tell(s.Name, nil)
			l.say(fmt.Sprintf("interface %s is there: capturing from it", s.Name))
			came = append(came, l.nics[s.InterfaceID])
		}
	}
	return came
}

// What live.said is about, beside interfaces.
const (
	aboutLook    = ""
	aboutMissing = "/"
)

// tell says what is the matter with something, once as long as it is. Nil is nothing; it reports whether there was something before.
func (l *live) tell(about string, err error) (changed bool) {
	was := l.said[about]
	l.health.set("interface "+about, err)
	if err == nil {
		delete(l.said, about)
		return was != ""
	}
	if err.Error() == was {
		return false
	}
	l.said[about] = err.Error()
	l.say(err.Error())
	return true
}

// ended takes an interface out whose capture has ended; the error is one that nobody expects.
func (l *live) ended(n *nic, err error) error {
	delete(l.nics, n.id)
	if errors.Is(err, capture.ErrRemoved) || err == nil && n.leaving {
		why := "is gone"
		if err == nil && !slices.ContainsFunc(l.in.Interfaces, func(g string) bool { ok, _ := path.Match(g, n.id.Name); return ok }) {
			why = "has the default route no more" // by which alone it was selected
		}
		why = fmt.Sprintf("interface %s %s: its capture has ended", n.id.Name, why)
		if l.captures(n.id.Name) { // it is back already
			l.say(why)
		} else {
			l.tell(n.id.Name, errors.New(why))
		}
		return nil
	}
	l.over[n.id] = true
	return err
}

// captures reports whether an interface of that name is open.
func (l *live) captures(name string) bool {
	for id := range l.nics {
		if id.Name == name {
			return true
		}
	}
	return false
}

// finished reports whether nothing is captured any more and nothing is waited for.
func (l *live) finished() bool {
	return len(l.nics) == 0 && len(l.over) > 0 && len(l.said) == 0 && !slices.ContainsFunc(l.in.Interfaces, capture.IsGlob)
}

// openInterface opens an interface, with as many sockets as fanout says.
func openInterface(in *config.Input, name string, own *own) ([]*source, error) {
	group := 0
	if in.Fanout > 1 {
		var r [2]byte
		_, _ = rand.Read(r[:])
		group = 1 + int(binary.BigEndian.Uint16(r[:]))%math.MaxUint16
	}
	full := name
	if in.NetNS != "" {
		full = in.NetNS + "/" + name
	}
	var all []*source
	for range in.Fanout {
		s, err := capture.OpenLive(capture.LiveOptions{
			Interface: name, Engine: engines[in.Engine], SnapLen: in.SnapLen, Promiscuous: in.Promiscuous,
			BufferSize: int(in.BufferSize), BufferTime: in.BufferTime, Filter: in.Filter, FanoutGroup: group, NetNS: in.NetNS, ExcludeOwn: own.servers(),
		})
		if err != nil {
			for _, s := range all {
				s.end()
			}
			return nil, explainDropped(err)
		}
		all = append(all, &source{Source: s, name: full, id: randomID(), prompt: true, fill: s.Fill, forget: own.keep(s)})
	}
	return all, nil
}

// engines are the names of the configuration for capture's engines.
var engines = map[string]string{"auto": capture.EngineAuto, "af_packet": capture.EngineAFPacket, "pcap": capture.EnginePcap}
