// SPDX-License-Identifier: Apache-2.0

package ship

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/espbeat/espbeat/tools/elastic"
)

// prefix begins the name of every index that is made here.
const prefix = "espbeat-measured-"

// Shipper indexes captures.
type Shipper struct {
	ctx     context.Context
	espbeat string
	server  *elastic.Server
}

// New makes a Shipper of a binary.
func New(ctx context.Context, espbeat string, server *elastic.Server) (*Shipper, error) {
	path, err := filepath.Abs(espbeat)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		return nil, fmt.Errorf("the binary to measure: %w; build it with: ./run build", err)
	}
	return &Shipper{ctx, path, server}, nil
}

// Size is what one index takes.
type Size struct {
	Documents int
	Bytes     int64         // of one segment
	Took      time.Duration // of indexing, process start included
}

// PerPacket is bytes on disk a packet.
func (s Size) PerPacket() float64 { return float64(s.Bytes) / float64(s.Documents) }

// Rate is packets indexed a second of the clock.
func (s Size) Rate() float64 { return float64(s.Documents) / s.Took.Seconds() }

// Index stores the packets of a capture in a new data stream, merges it to one segment, hands it to use, and deletes it.
func (d *Shipper) Index(file string, packets int, v Variant, use func(index string, s Size) error) (err error) {
	name := fmt.Sprintf("%s%s-%s-%s-%d", prefix, v.Profile, v.mode, v.source, time.Now().UnixNano())
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
	out, err := exec.CommandContext(d.ctx, d.espbeat, argv...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("index %s: %s %s: %w: %s", v, d.espbeat, strings.Join(argv, " "), err, out[max(0, len(out)-lastBytes):])
	}
	s := Size{Took: time.Since(begin)}
	if err := d.server.Merged(name); err != nil {
		return err
	}
	if s.Documents, s.Bytes, err = d.server.Stored(name); err != nil {
		return err
	}
	if s.Documents != packets {
		return fmt.Errorf("index %s: %d documents of %d packets are stored; espbeat says: %s", v, s.Documents, packets, out[max(0, len(out)-lastBytes):])
	}
	return use(name, s)
}
