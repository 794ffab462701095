// SPDX-License-Identifier: Apache-2.0

package imports

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// room returns the row that a folder belongs to: its own, that of its parent's "/*", or that of the nearest folder above.
func (r rules) room(folder string) (string, bool) {
	for dir := folder; dir != "."; dir = path.Dir(dir) {
		if _, ok := r[dir]; ok {
			return dir, true
		}
		if _, ok := r[path.Dir(dir)+"/*"]; ok {
			return dir, true
		}
	}
	return "", false
}

// of returns the rule of a room.
func (r rules) of(room string) rule {
	if own, ok := r[room]; ok {
		return own
	}
	return r[path.Dir(room)+"/*"]
}

// check tells why a file, named from the module's root, must not import a package.
func (r rules) check(file, imported string) error {
	folder, test := path.Dir(file), strings.HasSuffix(file, "_test.go")
	if base := path.Base(folder); strings.Contains(folder, "/") && (base == "cmd" || base == "gen") {
		folder = "tools"
	}
	if folder == "." {
		folder = "main.go"
	}
	room, ok := r.room(folder)
	if !ok {
		return fmt.Errorf("%s lies in no room: give its folder a row in docs/architecture.md", file)
	}
	rule := r.of(room)
	if target, isOurs := strings.CutPrefix(imported, ours+"/"); isOurs {
		return r.checkOurs(file, room, rule, target, test)
	}
	if strings.HasPrefix(imported, "github.com/elastic/") && !rule.allowsElastic(imported) {
		return fmt.Errorf("%s imports %s: the row of %s in docs/architecture.md keeps libbeat out", file, imported, room)
	}
	if sub, isGopacket := strings.CutPrefix(imported, "github.com/google/gopacket"); isGopacket && !test {
		if room != "capture" && room != "tests" && room != "tools" {
			return fmt.Errorf("%s imports %s: gopacket is for capture/ and for tests", file, imported)
		}
		if room == "capture" && (strings.HasPrefix(sub, "/layers") || strings.HasPrefix(sub, "/pcapgo")) {
			return fmt.Errorf("%s imports %s: it does not withstand hostile packets, and is for tests only", file, imported)
		}
	}
	return nil
}

func (r rules) checkOurs(file, room string, rule rule, target string, test bool) error {
	to, ok := r.room(target)
	if !ok {
		return fmt.Errorf("%s imports %s, which lies in no room: give its folder a row in docs/architecture.md", file, target)
	}
	allowed := test || to == room || slices.ContainsFunc(rule.rooms, func(name string) bool {
		return name == "*" || name == to || (strings.HasSuffix(name, "/*") && path.Dir(to) == strings.TrimSuffix(name, "/*"))
	})
	if !allowed {
		return fmt.Errorf("%s imports %s: the row of %s in docs/architecture.md does not allow it", file, target, room)
	}
	return nil
}

func (r rule) allowsElastic(imported string) bool {
	switch r.libbeat {
	case "yes":
		return true
	case "–":
		return false
	}
	return strings.HasPrefix(imported, "github.com/elastic/"+r.libbeat)
}
