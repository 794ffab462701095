// SPDX-License-Identifier: Apache-2.0

//go:build cgo && !windows

package libpcap

/*
#cgo linux LDFLAGS: -ldl
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"unsafe"
)

var load = sync.OnceValue(func() error {
	why := C.eb_load()
	if why == nil {
		return nil
	}
	remedy := "install libpcap"
	if runtime.GOOS == "linux" {
		remedy = "install it, for example with `apt-get install libpcap0.8`"
	}
	return fmt.Errorf("libpcap cannot be loaded: %s; %s", C.GoString(why), remedy)
})

// compiling serialises pcap_compile, which before libpcap 1.8 kept its state in
// global variables.
var compiling sync.Mutex

// Load loads libpcap; the error says what is missing and how to get it.
func Load() error { return load() }

// Version is what libpcap says of itself.
func Version() (string, error) {
	if err := load(); err != nil {
		return "", err
	}
	return C.GoString(C.eb_version()), nil
}

// Compile compiles a pcap-filter expression for a link type (a DLT_ number) into
// a program that returns snaplen for the packets that match and 0 for others.
// The error is libpcap's own message.
func Compile(expr string, dlt, snaplen int) ([]Insn, error) {
	if err := load(); err != nil {
		return nil, err
	}
	if strings.IndexByte(expr, 0) >= 0 {
		return nil, errors.New("the expression has a zero byte")
	}
	text := C.CString(expr)
	defer C.free(unsafe.Pointer(text))
	var prog C.struct_eb_program
	var msg [C.EB_ERRBUF]C.char
	compiling.Lock()
	r := C.eb_compile(text, C.int(dlt), C.int(snaplen), noNetmask, &prog, &msg[0])
	compiling.Unlock()
	if r != 0 {
		return nil, errors.New(C.GoString(&msg[0]))
	}
	defer C.eb_free(&prog)
	if prog.len == 0 || prog.len > maxInsns {
		return nil, fmt.Errorf("the program has %d instructions; 1 to %d are allowed", prog.len, maxInsns)
	}
	insns := make([]Insn, prog.len)
	for i, in := range unsafe.Slice(prog.insns, int(prog.len)) {
		insns[i] = Insn{Code: uint16(in.code), Jt: uint8(in.jt), Jf: uint8(in.jf), K: uint32(in.k)}
	}
	return insns, nil
}

// Devices lists capture devices as libpcap sees them; without privileges some
// systems list none.
func Devices() ([]Device, error) {
	if err := load(); err != nil {
		return nil, err
	}
	var list *C.struct_eb_device
	var msg [C.EB_ERRBUF]C.char
	if C.eb_devices(&list, &msg[0]) != 0 {
		return nil, fmt.Errorf("list capture devices: %s", C.GoString(&msg[0]))
	}
	defer C.eb_free_devices(list)
	var devices []Device
	for d := list; d != nil; d = d.next {
		devices = append(devices, Device{Name: C.GoString(d.name), Description: C.GoString(d.description)})
	}
	return devices, nil
}
