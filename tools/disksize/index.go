// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"time"
)

// indexPrefix begins the name of every index of this tool.
const indexPrefix = "disksize-"

// size is what one index takes.
type size struct {
	documents int
	bytes     int64         // of one segment
	took      time.Duration // of indexing, process start included
}

// perPacket is bytes on disk a packet.
func (s size) perPacket() float64 { return float64(s.bytes) / float64(s.documents) }

// rate is packets indexed a second of the clock.
func (s size) rate() float64 { return float64(s.documents) / s.took.Seconds() }

// index stores the packets of a capture in a new data stream as espbeat ships them, merges it, hands it to use, and deletes it.
func (d *disksize) index(file string, packets int, v variant, use func(index string, s size) error) (err error) {
	name := fmt.Sprintf("%s%s-%s-%s-%d", indexPrefix, v.profile, v.mode, v.source, time.Now().UnixNano())
	template, err := v.template(d.espbeat, name)
	if err != nil {
		return err
	}
	if err := d.server.Do(http.MethodPut, "/_index_template/"+name, template, nil); err != nil {
		return fmt.Errorf("template of %s: %w", v, err)
	}
	// Created here, so that it exists to be dropped whatever happens.
	if err := d.server.Do(http.MethodPut, "/_data_stream/"+name, nil, nil); err != nil {
		return errors.Join(fmt.Errorf("data stream of %s: %w", v, err), d.server.Do(http.MethodDelete, "/_index_template/"+name, nil, nil))
	}
	defer func() { err = errors.Join(err, d.server.Drop(name)) }()
	argv := append([]string{"--file", file, "--node", d.server.URL, "--index", name,
		"-E", "setup.template.enabled=false", "-E", "setup.ilm.enabled=false"}, v.flags()...)
	begin := time.Now()
	if out, err := exec.CommandContext(d.ctx, d.espbeat, argv...).CombinedOutput(); err != nil {
		return fmt.Errorf("index %s: %s %s: %w: %s", v, d.espbeat, strings.Join(argv, " "), err, out[max(0, len(out)-2000):])
	}
	s := size{took: time.Since(begin)}
	if err := d.server.Merged(name); err != nil {
		return err
	}
	if s.documents, s.bytes, err = d.server.Stored(name); err != nil {
		return err
	}
	if s.documents != packets {
		return fmt.Errorf("index %s: %d documents of %d packets were stored: see what espbeat says with: --file %s --node %s", v, s.documents, packets, file, d.server.URL)
	}
	return use(name, s)
}
