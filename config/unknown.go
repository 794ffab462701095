// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	conf "github.com/elastic/elastic-agent-libs/config"
)

// unknown finds a key that no setting has. libbeat ignores such keys, which turns a
// misspelt setting into a default that nobody asked for.
func unknown(c *conf.C, like any, path string) error {
	known := map[string]reflect.Type{}
	settings(reflect.TypeOf(like), known)
	for _, name := range c.GetFields() {
		ft, ok := known[name]
		if !ok {
			return fault(path+"."+name, "set", "no such setting, "+nearest(name, known))
		}
		if err := unknownIn(c, name, ft, path+"."+name); err != nil {
			return err
		}
	}
	return nil
}

// settings adds the names of t's settings, with their types.
func settings(t reflect.Type, known map[string]reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		switch name := f.Tag.Get("config"); name {
		case "":
		case ",inline":
			settings(f.Type, known)
		default:
			known[name] = f.Type
		}
	}
}

func unknownIn(c *conf.C, name string, t reflect.Type, path string) error {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.Struct:
		if sub, err := c.Child(name, -1); err == nil {
			return unknown(sub, reflect.Zero(t).Interface(), path)
		}
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		n, err := c.CountField(name)
		if err != nil {
			return nil // Unpack says it better
		}
		for i := range n {
			sub, err := c.Child(name, i)
			if err != nil {
				continue
			}
			if err := unknown(sub, reflect.Zero(t.Elem()).Interface(), fmt.Sprintf("%s.%d", path, i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// nearest names the settings that share the beginning of name, else all of them.
func nearest(name string, known map[string]reflect.Type) string {
	var all, near []string
	for k := range known {
		all = append(all, k)
		if strings.HasPrefix(k, name[:min(3, len(name))]) {
			near = append(near, k)
		}
	}
	if len(near) > 0 {
		slices.Sort(near)
		return "did you mean " + strings.Join(near, " or ") + "?"
	}
	slices.Sort(all)
	return "use one of " + strings.Join(all, ", ")
}
