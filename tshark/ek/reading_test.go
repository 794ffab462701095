// SPDX-License-Identifier: Apache-2.0

package ek

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// reading is what an independent reader finds in an object: the values at each path, in their order. Lists are not in a path, so that a repeated key and a
// list of its values read the same. Objects count as values, too, so that an empty one does not get lost.
type reading map[string][]string

// read reads data by encoding/json's tokens, which hand out a repeated key as often as it stands there.
func read(data []byte) (reading, error) {
	r := reading{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := r.value(d, ""); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("something behind it: %w", err)
	}
	return r, nil
}

func (r reading) value(d *json.Decoder, path string) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	delim, ok := token.(json.Delim)
	if !ok {
		r[path] = append(r[path], fmt.Sprintf("%T %v", token, token))
		return nil
	}
	if delim == '{' {
		r[path] = append(r[path], "{")
	}
	for d.More() {
		inner := path
		if delim == '{' {
			key, err := d.Token()
			if err != nil {
				return err
			}
			inner += fmt.Sprintf(" %q", key)
		}
		if err := r.value(d, inner); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// repeatedKey returns a key that an object in data has more than once, "" when there is none.
func repeatedKey(data []byte) string {
	var look func(d *json.Decoder) string
	look = func(d *json.Decoder) string {
		token, err := d.Token()
		delim, ok := token.(json.Delim)
		if err != nil || !ok {
			return ""
		}
		keys := map[string]bool{}
		for d.More() {
			if delim == '{' {
				key, err := d.Token()
				name, _ := key.(string)
				if err != nil || keys[name] {
					return fmt.Sprintf("%q", name)
				}
				keys[name] = true
			}
			if again := look(d); again != "" {
				return again
			}
		}
		_, _ = d.Token()
		return ""
	}
	return look(json.NewDecoder(bytes.NewReader(data)))
}
