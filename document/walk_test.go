// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/espbeat/espbeat/field"
)

// parse reads one JSON value strictly: a key that comes twice is an error, which encoding/json lets pass. Numbers stay as they are written.
func parse(d *json.Decoder) (any, error) {
	tok, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch tok {
	case json.Delim('{'):
		m := map[string]any{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			name := key.(string)
			if _, ok := m[name]; ok {
				return nil, fmt.Errorf("key %q twice", name)
			}
			if m[name], err = parse(d); err != nil {
				return nil, err
			}
		}
		_, err = d.Token()
		return m, err
	case json.Delim('['):
		l := []any{}
		for d.More() {
			v, err := parse(d)
			if err != nil {
				return nil, err
			}
			l = append(l, v)
		}
		_, err = d.Token()
		return l, err
	}
	return tok, nil
}

func parseDocument(doc []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	v, err := parse(d)
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok || d.More() {
		return nil, fmt.Errorf("not one object")
	}
	return m, nil
}

var (
	macText = regexp.MustCompile(`^([0-9A-F]{2}(-[0-9A-F]{2}){0,7})?$`)
	hexText = regexp.MustCompile(`^([0-9a-f]{2})*$`)
)

// undefined tells what a document has that the definitions of the fields do not allow: path is that of v, dotted.
func undefined(path string, v any, report func(string)) {
	id, known := field.Lookup(path)
	if m, ok := v.(map[string]any); ok {
		if known {
			report(path + " is a value, but written as an object")
		}
		for k, e := range m {
			undefined(path+"."+k, e, report)
		}
		return
	}
	if !known {
		report(path + " is written, but not defined")
		return
	}
	d := &field.Seal().Defs[id]
	l, isList := v.([]any)
	switch {
	case d.Type == field.Object:
		for _, e := range l {
			m, ok := e.(map[string]any)
			if !ok {
				report(fmt.Sprintf("%s holds %v, which is no object", path, e))
			}
			for k, x := range m {
				undefined(path+"."+k, x, report)
			}
		}
		return
	case !isList && d.Is(field.List):
		report(path + " is a list, but written as one value")
	case isList && d.Is(field.First):
		report(path + " is one value, but written as a list")
	case !isList:
		l = []any{v}
	case len(l) == 0 || len(l) == 1 && !d.Is(field.List):
		report(fmt.Sprintf("%s is written as a list of %d", path, len(l)))
	}
	for i, e := range l {
		if err := check(d, e); err != nil {
			report(fmt.Sprintf("%s: %v", path, err))
		}
		for _, other := range l[:i] {
			if d.Is(field.Unique) && other == e {
				report(fmt.Sprintf("%s holds %v twice", path, e))
			}
		}
	}
}

// check reports how v is no value of d.
func check(d *field.Def, v any) error {
	n, isNumber := v.(json.Number)
	s, isText := v.(string)
	_, isTruth := v.(bool)
	unsigned := func(bits int) error {
		_, err := strconv.ParseUint(n.String(), 10, bits)
		return err
	}
	bad := fmt.Errorf("%v (%T) is no %d", v, v, d.Type)
	switch d.Type {
	case field.Bool:
		if !isTruth {
			return bad
		}
	case field.Uint8:
		return unsigned(8)
	case field.Uint16:
		return unsigned(16)
	case field.Uint32:
		return unsigned(32)
	case field.Int64:
		_, err := strconv.ParseInt(n.String(), 10, 64)
		return err
	case field.Float:
		if _, err := n.Float64(); !isNumber || err != nil {
			return bad
		}
	case field.IP:
		_, err := netip.ParseAddr(s)
		return err
	case field.MAC:
		if !isText || !macText.MatchString(s) {
			return bad
		}
	case field.Hex:
		if !isText || s != field.Redacted && !hexText.MatchString(s) {
			return bad
		}
	case field.Binary:
		_, err := base64.StdEncoding.DecodeString(s)
		return err
	case field.Date:
		at, err := time.Parse(time.RFC3339Nano, s)
		if err == nil && at.UnixNano() < 0 {
			err = fmt.Errorf("%s is before 1970, which date_nanos cannot hold", s)
		}
		return err
	default:
		if !isText {
			return bad
		}
	}
	return nil
}

// plain brings the values of Map to those of parseDocument.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for k, e := range v {
			m[k] = plain(e)
		}
		return m
	case []any:
		l := []any{}
		for _, e := range v {
			l = append(l, plain(e))
		}
		return l
	case int64:
		return json.Number(strconv.FormatInt(v, 10))
	case uint64:
		return json.Number(strconv.FormatUint(v, 10))
	case float64:
		return json.Number(strconv.FormatFloat(v, 'g', -1, 64))
	}
	return v
}

// lookup is the value at a dotted path, nil when there is none.
func lookup(doc map[string]any, path string) any {
	var v any = doc
	for _, part := range strings.Split(path, ".") {
		m, _ := v.(map[string]any)
		v = m[part]
	}
	return v
}
