// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"encoding/binary"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestSelectionChooses(t *testing.T) {
	newNamespace(t) // without a default route
	all := []net.Interface{
		{Name: "lo", Index: 1, Flags: net.FlagUp}, {Name: "eth0", Index: 2, Flags: net.FlagUp}, {Name: "eth1", Index: 3},
		{Name: "docker0", Index: 4, Flags: net.FlagUp}, {Name: "veth12ab", Index: 5, Flags: net.FlagUp},
	}
	for _, c := range []struct {
		name string
		sel  Selection
		want string // name, index, and whether named, up
	}{
		{"named", Selection{Names: []string{"eth1", "eth0"}}, "eth1:3:n eth0:2:nu"},
		{"glob", Selection{Names: []string{"eth*"}}, "eth0:2:u eth1:3:"},
		{"class", Selection{Names: []string{"eth[1-9]"}}, "eth1:3:"},
		{"excluded", Selection{Names: []string{"*"}, Exclude: []string{"docker*", "veth*", "lo"}}, "eth0:2:u eth1:3:"},
		{"named_is_not_excluded", Selection{Names: []string{"lo", "e*"}, Exclude: []string{"*"}}, "lo:1:nu"},
		{"both_is_once_and_named", Selection{Names: []string{"eth*", "eth0"}}, "eth0:2:nu eth1:3:"},
		{"named_twice", Selection{Names: []string{"eth0", "eth0"}}, "eth0:2:nu"},
		{"not_there", Selection{Names: []string{"eth7", "wlan*"}}, "eth7:0:n"},
		{"any", Selection{Names: []string{AnyInterface}}, "any:0:nu"},
		{"no_default_route", Selection{Names: []string{DefaultRoute, "eth0"}}, "eth0:2:nu, missing"},
	} {
		found, missing := WatchSelection(c.sel).choose(all, 0)
		if got := described(found, missing); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func described(found []Selected, missing error) string {
	var words []string
	for _, s := range found {
		flags := ""
		if s.Named {
			flags = "n"
		}
		if s.Up {
			flags += "u"
		}
		words = append(words, fmt.Sprintf("%s:%d:%s", s.Name, s.Index, flags))
	}
	text := strings.Join(words, " ")
	if missing != nil {
		text += ", missing"
	}
	return text
}

// lookUntil looks again whenever something has changed, until what is found is as wanted.
func lookUntil(t *testing.T, w *SelectionWatch, what string, ok func(found []Selected, missing error) bool) []Selected {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		found, missing, err := w.Look()
		if err != nil {
			t.Fatal(err)
		}
		if ok(found, missing) {
			return found
		}
		select {
		case <-w.Changed():
		case <-deadline:
			t.Fatalf("%s: %+v, missing: %v", what, found, missing)
		}
	}
}

func only(name string, up bool) func([]Selected, error) bool {
	return func(found []Selected, missing error) bool {
		return len(found) == 1 && found[0].Name == name && found[0].Up == up && missing == nil
	}
}

func none(found []Selected, missing error) bool { return len(found) == 0 && missing == nil }

func TestSelectionFollowsInterfaces(t *testing.T) {
	newNamespace(t)
	w := WatchSelection(Selection{Names: []string{"hot*"}})
	t.Cleanup(w.Close)
	lookUntil(t, w, "nothing is there", none)
	ip(t, "link add hot0 type veth peer name cold0")
	first := lookUntil(t, w, "an interface that came", only("hot0", false))
	ip(t, "link set hot0 up")
	lookUntil(t, w, "up", only("hot0", true))
	ip(t, "link set hot0 down")
	lookUntil(t, w, "down", only("hot0", false))
	ip(t, "link del hot0")
	lookUntil(t, w, "gone", none)
	ip(t, "link add hot0 type veth peer name cold0")
	if again := lookUntil(t, w, "back", only("hot0", false)); again[0].InterfaceID == first[0].InterfaceID {
		t.Errorf("the second %s is taken for the first: %+v", again[0].Name, again[0])
	}
	ip(t, "link set hot0 name other0")
	lookUntil(t, w, "renamed", none)
}

func TestSelectionFollowsTheDefaultRoute(t *testing.T) {
	newVethPair(t, "addr add 192.0.2.5/24 dev veth0", "addr add 198.51.100.5/24 dev veth1")
	w := WatchSelection(Selection{Names: []string{DefaultRoute}})
	t.Cleanup(w.Close)
	if found, missing, err := w.Look(); len(found) != 0 || missing == nil || !strings.Contains(missing.Error(), "no default route") || err != nil {
		t.Errorf("without a route: %v, %v, %v", found, missing, err)
	}
	ip(t, "route add default via 192.0.2.1")
	lookUntil(t, w, "the first route", only("veth0", true))
	ip(t, "route replace default via 198.51.100.1")
	lookUntil(t, w, "another route", only("veth1", true))
	ip(t, "route del default")
	if found, missing, err := w.Look(); !only("veth1", true)(found, missing) || err != nil {
		t.Errorf("while there is no route: %v, %v, %v", found, missing, err)
	}
	ip(t, "-6 route add default dev veth0")
	lookUntil(t, w, "a route of IPv6", only("veth0", true))
}

// Routes of a router come and go all the time; only default routes are news.
func TestRoutesThatAreNoNews(t *testing.T) {
	message := func(kind uint16, dstLen byte) []byte {
		b := make([]byte, unix.SizeofNlMsghdr+unix.SizeofRtMsg)
		binary.NativeEndian.PutUint32(b, uint32(len(b)))
		binary.NativeEndian.PutUint16(b[4:], kind)
		b[unix.SizeofNlMsghdr], b[unix.SizeofNlMsghdr+1] = unix.AF_INET, dstLen
		return b
	}
	for _, c := range []struct {
		name string
		b    []byte
		news bool
	}{
		{"route_to_a_network", message(unix.RTM_NEWROUTE, 24), false},
		{"route_to_a_network_is_gone", message(unix.RTM_DELROUTE, 24), false},
		{"default_route", message(unix.RTM_NEWROUTE, 0), true},
		{"default_route_is_gone", message(unix.RTM_DELROUTE, 0), true},
		{"interface", message(unix.RTM_NEWLINK, 24), true},
		{"both", append(message(unix.RTM_NEWROUTE, 24), message(unix.RTM_DELLINK, 0)...), true},
		{"cut", message(unix.RTM_NEWROUTE, 24)[:20], true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := tellsChange(c.b); got != c.news {
				t.Errorf("it is news: %v", got)
			}
		})
	}
}

func TestSelectionOfNetNS(t *testing.T) {
	name := namedNetNS(t, "link add hot0 type veth peer name cold0")
	w := WatchSelection(Selection{Names: []string{"hot*", "lo"}, NetNS: name})
	t.Cleanup(w.Close)
	found, missing, err := w.Look()
	if err != nil || missing != nil || len(found) != 2 || found[0].Name != "hot0" || found[0].NetNS == 0 {
		t.Fatalf("%+v, %v, %v", found, missing, err)
	}
	ip(t, "-n "+name+" link del hot0")
	lookUntil(t, w, "gone", only("lo", false))
	// Another namespace of the same name has other interfaces, whatever their indices are.
	ip(t, "netns del "+name)
	if found, missing, err := w.Look(); len(found) != 0 || missing == nil || !strings.Contains(missing.Error(), "ip netns list") || err != nil {
		t.Errorf("of a namespace that is gone: %+v, %v, %v", found, missing, err)
	}
	ip(t, "netns add "+name)
	again, _, err := w.Look()
	if err != nil || len(again) != 1 {
		t.Fatalf("%+v, %v", again, err)
	}
	if lo := slices.IndexFunc(found, func(s Selected) bool { return s.Name == "lo" }); found[lo].Index != again[0].Index || found[lo].InterfaceID == again[0].InterfaceID {
		t.Errorf("lo of two namespaces: %+v and %+v", found[lo], again[0])
	}
	ip(t, "-n "+name+" link add hot7 type veth peer name cold7")
	lookUntil(t, w, "the new namespace is followed", func(found []Selected, _ error) bool { return len(found) == 2 })
}
