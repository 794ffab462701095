// SPDX-License-Identifier: Apache-2.0

package sflow

import (
	"fmt"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/eth"
	"github.com/espbeat/espbeat/dissect/ip"
)

const (
	frame   = "020000000001 020000000002 0800 4500001c00010000 40fd 0000 0a000001 0a000002 0102030405060708"
	header  = "00000005 00000001 0a0000fe 00000000 00000007 00000064 "
	counter = "00000002 00000004 00000001"
)

// sized puts a number and a length of 4 bytes before body.
func sized(kind int, body string) string {
	return fmt.Sprintf("%08x %08x %s ", kind, len(strings.Join(strings.Fields(body), ""))/2, body)
}

func flow(packet string) string {
	n := len(strings.Join(strings.Fields(packet), "")) / 2
	return sized(1, "00000001 00000002 00000400 00000005 00000000 00000003 00000004 00000001"+sized(1, fmt.Sprintf("00000001 %08x 00000004 %08x %s", n+40, n, packet)))
}

var datagram = header + "00000002 " + flow(frame) + counter

func bench() *dissecttest.Bench { return dissecttest.New(nil, Protocol, eth.Protocol, ip.Protocol) }

func TestCases(t *testing.T) {
	b := bench()
	b.Cases(t, Protocol, []dissecttest.Case{
		{Name: "a packet and counters", Frame: datagram, Layers: "sflow:eth:ip", Want: map[string]string{"sflow.version": "5", "sflow.agent": "10.0.0.254", "sflow.sub_agent_id": "0", "sflow.sequence_number": "7",
			"sflow.sysuptime": "100", "sflow.numsamples": "2", "sflow.sampletype": "1,2", "sflow.sampling_rate": "1024", "sflow.input_interface": "3", "sflow.output_interface": "4", "ip.src": "10.0.0.1", "icmp.original.source.ip": ""}},
		{Name: "expanded", Frame: header + "00000001 " + sized(3, "00000001 00000000 00000002 00000400 00000005 00000000 00000000 00000003 00000000 00000004 00000000"),
			Want: map[string]string{"sflow.sampletype": "3", "sflow.sampling_rate": "1024", "sflow.output_interface": "4"}},
		{Name: "an agent of IPv6", Frame: "00000005 00000002 20010db8000000000000000000000001 00000000 00000007 00000064 00000000", Want: map[string]string{"sflow.agent": "2001:db8::1", "sflow.numsamples": "0"}},
		{Name: "version 4", Frame: "00000004 00000001", Want: map[string]string{"sflow.version": "4", "sflow.agent": ""}},
		{Name: "a sample of 4 GiB", Frame: header + "00000001 00000001 ffffffff 00000001", Malformed: "sflow"},
		{Name: "more samples than bytes", Frame: header + "ffffffff " + counter, Want: map[string]string{"sflow.sampletype": "2"}},
		{Name: "cut in the packet", Frame: datagram[:199], Wire: 300, Truncated: true, Want: map[string]string{"sflow.agent": "10.0.0.254"}},
	})
	b.Cut(t, Protocol, dissecttest.Unhex(t, header+"00000001 "+flow(frame)))
}

// The document stays that of the datagram.
func TestSampleIsQuoted(t *testing.T) {
	b := bench()
	data := dissecttest.Unhex(t, datagram)
	b.P.Begin()
	if c := b.Run(Protocol, data, len(data)).Core; c.Networks != 0 || c.Source.Addr.IsValid() {
		t.Errorf("the sampled packet stands for the datagram: %+v", c)
	}
	if b.P.QuotedFrom != 1 {
		t.Errorf("quoted from layer %d", b.P.QuotedFrom)
	}
	if got, want := b.Summary(Protocol), "V5, agent 10.0.0.254, seq 7, 2 samples"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestGuess(t *testing.T) {
	for bytes, want := range map[string]bool{datagram: true, header + "00000000": false, "00000004 00000001": false, "": false, "00000005 00000003 0a0000fe": false} {
		data := dissecttest.Unhex(t, bytes)
		if guess(data) != want {
			t.Errorf("%s: %v", bytes, !want)
		}
	}
	if !accept(dissecttest.Unhex(t, "00000004 00000001")) || accept(dissecttest.Unhex(t, "00000006")) || accept(nil) {
		t.Error("versions 2 to 5 are sFlow's")
	}
}

func FuzzSFlow(f *testing.F) {
	f.Add(dissecttest.Unhex(f, datagram))
	f.Add(dissecttest.Unhex(f, header+"00000001 "+sized(3, "00000001 00000000 00000002 00000400")))
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte) {
		r := b.Run(Protocol, data, len(data))
		b.Invariants(t)
		if r.Core.Networks != 0 {
			t.Fatal("a sampled packet stands for the datagram")
		}
		if len(r.Fields["sflow.sampletype"]) > maxSamples {
			t.Fatal("too many samples")
		}
		if guess(data) && !accept(data) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
