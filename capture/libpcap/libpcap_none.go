// SPDX-License-Identifier: Apache-2.0

//go:build !cgo || windows

package libpcap

import (
	"errors"
	"runtime"
)

func errNone() error {
	if runtime.GOOS == "windows" {
		return errors.New("libpcap is not supported on windows")
	}
	return errors.New("built without cgo, which loading libpcap needs: install a C compiler and build with CGO_ENABLED=1")
}

// Load reports why libpcap cannot be used.
func Load() error { return errNone() }

// Version is what libpcap says of itself.
func Version() (string, error) { return "", errNone() }

// Compile compiles a pcap-filter expression.
func Compile(expr string, dlt, snaplen int) ([]Insn, error) { return nil, errNone() }

// Devices lists capture devices.
func Devices() ([]Device, error) { return nil, errNone() }

// Handle is a live capture.
type Handle struct{}

// Open opens a live capture.
func Open(o Options) (*Handle, error) { return nil, errNone() }

// Next waits for the next packet.
func (h *Handle) Next() ([]byte, Info, error) { return nil, Info{}, errNone() }

// Wait waits until packets are ready or Wake is called.
func (h *Handle) Wait() error { return errNone() }

// Wake ends a Wait.
func (h *Handle) Wake() {}

// DLT is the handle's link type.
func (h *Handle) DLT() int { return 0 }

// Stats are the handle's counters.
func (h *Handle) Stats() (Stats, error) { return Stats{}, errNone() }

// Close frees the handle.
func (h *Handle) Close() {}
