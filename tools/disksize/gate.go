// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/espbeat/espbeat/tools/bench/gen"
	"github.com/espbeat/espbeat/tools/ship"
)

// allowed is how much a figure may grow, as a ratio; the server's own spread is below 0.5 %.
const allowed = 1.05

// gatePackets is the small mixed workload that is measured.
const gatePackets = 20_000

// gated are the indices that are watched.
var gated = []ship.Variant{
	{Profile: "minimal", Store: ship.Stored},
	{Profile: "standard", Store: ship.Stored},
	{Profile: "standard", Store: ship.Synthetic},
}

// figures are what a file for the gate holds.
type figures struct {
	Note         string             `json:"note"`
	Packets      int                `json:"packets"`
	CaptureBytes int64              `json:"capture_bytes"` // tells another workload from another cost
	BytesAPacket map[string]float64 `json:"bytes_a_packet"`
}

const (
	renewHint = "./run diskRenew"
	note      = "Bytes a packet on disk of a small mixed workload. `./run diskGate` fails when one grows by more than 5 %; `" + renewHint + "` writes this file."
)

// check measures the gate's indices and compares them with the file, or writes the file.
func (d *disksize) check(out io.Writer) error {
	file, err := d.workload(gen.Mixed, gatePackets)
	if err != nil {
		return err
	}
	st, err := os.Stat(file)
	if err != nil {
		return err
	}
	now := figures{Note: note, Packets: gatePackets, CaptureBytes: st.Size(), BytesAPacket: map[string]float64{}}
	for _, v := range gated {
		progress("%d packets: %s", gatePackets, v)
		err := d.ship.Index(file, gatePackets, v, func(_ string, s ship.Size) error {
			now.BytesAPacket[v.String()] = float64(int(s.PerPacket()*10+0.5)) / 10
			return nil
		})
		if err != nil {
			return err
		}
	}
	if d.renew {
		b, err := json.MarshalIndent(now, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(d.gate, append(b, '\n'), 0o644); err != nil {
			return fmt.Errorf("renew the figures of the gate: %w", err)
		}
		return nil
	}
	b, err := os.ReadFile(d.gate)
	if err != nil {
		return fmt.Errorf("read the figures of the gate: %w; write them with: %s", err, renewHint)
	}
	var old figures
	if err := json.Unmarshal(b, &old); err != nil {
		return fmt.Errorf("read the figures of the gate in %s: %w; write them anew with: %s", d.gate, err, renewHint)
	}
	return compare(out, d.gate, old, now)
}

// compare prints the figures beside the old ones, and fails when one has grown by more than allowed, or cannot be compared.
func compare(out io.Writer, file string, old, now figures) error {
	if old.Packets != now.Packets || old.CaptureBytes != now.CaptureBytes {
		return fmt.Errorf("%s is of another workload (%d packets in %d bytes, not %d in %d): is Packetbeat's folder of captures in the module cache? "+
			"If the workload was meant to change: %s", file, old.Packets, old.CaptureBytes, now.Packets, now.CaptureBytes, renewHint)
	}
	var errs []error
	for _, v := range gated {
		name := v.String()
		was, is := old.BytesAPacket[name], now.BytesAPacket[name]
		fmt.Fprintf(out, "%s: %.1f bytes a packet, was %.1f (%+.1f %%)\n", name, is, was, 100*(is/was-1))
		switch {
		case was == 0:
			errs = append(errs, fmt.Errorf("%s has no figure for %q: %s", file, name, renewHint))
		case is > was*allowed:
			errs = append(errs, fmt.Errorf("%s takes %.1f bytes a packet, %.1f %% more than the %.1f in %s: find what grew with "+
				"`go run ./tools/disksize -fields`; if it is worth it, renew the file: %s", name, is, 100*(is/was-1), was, file, renewHint))
		case is < was/allowed:
			fmt.Fprintf(out, "  that is less: keep it by %s\n", renewHint)
		}
	}
	return errors.Join(errs...)
}
