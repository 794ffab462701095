// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"path"
	"slices"
	"strings"
)

// Selection says which interfaces are captured from.
type Selection struct {
	// Names are names of interfaces, globs (path.Match), AnyInterface or DefaultRoute.
	Names []string
	// Exclude are globs: what they match is left out of what globs of Names find.
	Exclude []string
	// NetNS is the network namespace, as LiveOptions.NetNS.
	NetNS string
}

// IsGlob reports whether a name of a Selection stands for any number of interfaces.
func IsGlob(name string) bool { return strings.ContainsAny(name, `*?[`) }

// InterfaceID tells interfaces apart, also those that had the same name one after the other.
type InterfaceID struct {
	Name string
	// Index is the system's; 0 of AnyInterface and of what is not in its list.
	Index int
	// NetNS is the identity of the network namespace, 0 for the process's own.
	NetNS uint64
}

// Selected is an interface of a Selection.
type Selected struct {
	InterfaceID
	// Named: the Selection has it by name or as DefaultRoute; else a glob found it.
	Named bool
	// Up is false for an interface that is switched off or not there.
	Up bool
}

// SelectionWatch follows which interfaces a Selection means. It is used by one goroutine.
type SelectionWatch struct {
	sel     Selection
	changed chan struct{}
	route   string // of the default route, as it was last
	// events are those of the namespace with this identity; nil where the system has none.
	events io.Closer
	netns  uint64
}

// WatchSelection begins to follow a selection; Close ends it.
func WatchSelection(sel Selection) *SelectionWatch {
	return &SelectionWatch{sel: sel, changed: make(chan struct{}, 1)}
}

// Changed says that Look may find something else than before. Not every system
// tells: Look has to be called from time to time all the same.
func (w *SelectionWatch) Changed() <-chan struct{} { return w.changed }

// Look returns the interfaces that are selected now, each once; those that are
// named also when they are not there, with the index 0. missing says what is
// selected and cannot be told yet: a default route, a network namespace. With err it
// is not known what there is.
func (w *SelectionWatch) Look() (found []Selected, missing, err error) {
	err = inNetNS(w.sel.NetNS, func(id uint64) error {
		w.follow(id)
		all, err := net.Interfaces()
		if err != nil {
			return fmt.Errorf("list interfaces: %w", err)
		}
		found, missing = w.choose(all, id)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) && w.sel.NetNS != "" {
		w.Close()
		return nil, err, nil
	}
	return found, missing, err
}

// choose picks the selected ones among all interfaces of a namespace.
func (w *SelectionWatch) choose(all []net.Interface, netns uint64) (found []Selected, missing error) {
	add := func(name string, named bool) {
		at := slices.IndexFunc(found, func(s Selected) bool { return s.Name == name })
		if at >= 0 {
			found[at].Named = found[at].Named || named
			return
		}
		s := Selected{InterfaceID: InterfaceID{Name: name, NetNS: netns}, Named: named, Up: name == AnyInterface}
		if i := slices.IndexFunc(all, func(i net.Interface) bool { return i.Name == name }); i >= 0 {
			s.Index, s.Up = all[i].Index, all[i].Flags&net.FlagUp != 0
		}
		found = append(found, s)
	}
	for _, name := range w.sel.Names {
		switch {
		case name == DefaultRoute:
			// While there is none, the interface of the last one is kept: routes come back.
			if now, err := defaultRoute(); err == nil {
				w.route = now
			} else if w.route == "" {
				missing = err
				continue
			}
			add(w.route, true)
		case IsGlob(name):
			for _, i := range all {
				if matches([]string{name}, i.Name) && !matches(w.sel.Exclude, i.Name) {
					add(i.Name, false)
				}
			}
		default:
			add(name, true)
		}
	}
	return found, missing
}

func matches(globs []string, name string) bool {
	return slices.ContainsFunc(globs, func(g string) bool {
		ok, _ := path.Match(g, name) // checked by whoever took the glob from a user
		return ok
	})
}

// follow asks for the events of a namespace, unless it does already. Where that
// fails, Look is called from time to time.
func (w *SelectionWatch) follow(netns uint64) {
	if w.events != nil && w.netns == netns {
		return
	}
	w.Close()
	if events, err := followLinks(slices.Contains(w.sel.Names, DefaultRoute), w.changed); err == nil {
		w.events, w.netns = events, netns
	}
}

// Close gives back what the watch holds.
func (w *SelectionWatch) Close() {
	if w.events != nil {
		_ = w.events.Close()
		w.events = nil
	}
}
