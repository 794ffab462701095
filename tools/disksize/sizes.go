// SPDX-License-Identifier: Apache-2.0

package main

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"github.com/espbeat/espbeat/tools/bench/gen"
	"github.com/espbeat/espbeat/tools/ship"
)

// figure names what was measured.
type figure struct {
	workload, profile, store string // profile espcap: Espcap's index
}

// espcap is the profile of a figure that is Espcap's.
const espcap = "espcap"

// workloadSizes are the figures of one workload.
type workloadSizes struct {
	kind            string
	packets, few    int
	capture, zipped int64              // bytes
	perPacket       map[figure]float64 // bytes
	refused         int                // of Espcap's documents
	reason          string
}

// sizes measures every workload in every index.
func (d *disksize) sizes() (string, error) {
	var err error
	if d.tshark, err = exec.LookPath("tshark"); err != nil {
		progress("tshark is not installed: no index of Espcap's (Debian: apt-get install tshark)")
	}
	info, err := d.server.Info()
	if err != nil {
		return "", err
	}
	var all []*workloadSizes
	for _, kind := range d.workloads {
		w, err := d.sizesOf(kind)
		if err != nil {
			return "", err
		}
		all = append(all, w)
	}
	text, missed := report(info, d.profiles, d.stores, all)
	if missed && d.failMissed {
		return text, errors.New("a budget was missed")
	}
	return text, nil
}

func (d *disksize) sizesOf(kind string) (*workloadSizes, error) {
	n := d.count(kind)
	w := &workloadSizes{kind: kind, packets: int(n), few: int(min(d.few, n)), perPacket: map[figure]float64{}}
	file, err := d.workload(kind, n)
	if err != nil {
		return nil, err
	}
	if w.capture, w.zipped, err = zipped(file); err != nil {
		return nil, err
	}
	for _, profile := range d.profiles {
		for _, store := range d.stores {
			v := ship.Variant{Profile: profile, Store: store}
			progress("%s, %d packets: %s", kind, n, v)
			err := d.ship.Index(file, int(n), v, func(_ string, s ship.Size) error {
				w.perPacket[figure{kind, profile, store.Name}] = s.PerPacket()
				return nil
			})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", kind, err)
			}
		}
	}
	if d.tshark == "" {
		return w, nil
	}
	progress("%s, %d packets: Espcap's index", kind, w.few)
	sample, err := d.workload(kind, gen.Count(w.few))
	if err != nil {
		return nil, err
	}
	x, err := d.espcapIndex(sample)
	if err != nil {
		return nil, fmt.Errorf("%s: Espcap's index: %w", kind, err)
	}
	w.perPacket[figure{kind, espcap, ""}] = float64(x.bytes) / float64(x.stored)
	w.refused, w.reason = x.refused, x.reason
	return w, nil
}

// zipped is the size of a file, and what gzip makes of it at its default level, bytes.
func zipped(file string) (plain, small int64, err error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, 0, fmt.Errorf("compress the capture: %w", err)
	}
	defer f.Close()
	var c counter
	z, err := gzip.NewWriterLevel(&c, 6)
	if err == nil {
		plain, err = io.Copy(z, f)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return 0, 0, fmt.Errorf("compress the capture: %w", err)
	}
	return plain, int64(c), nil
}

// counter counts what is written to it, bytes.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
