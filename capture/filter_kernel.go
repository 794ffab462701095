// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"fmt"
	"strings"

	"github.com/espbeat/espbeat/capture/libpcap"
)

// Offsets of Linux's extension loads behind skfAdOff (linux/filter.h).
const (
	skfAdProtocol = 0
	skfAdPktType  = 4
	skfAdIfIndex  = 8
	skfAdHaType   = 28
)

// kernelFilter splits the work of a filter expression for an AF_PACKET socket:
// a program for the kernel, which keeps snapLen bytes of what it takes, and a
// filter for what the kernel cannot tell (nil when it can tell all).
//
// The kernel runs filters on frames out of which it has taken the VLAN tag, so
// an expression that compares with a tag's EtherType runs here, on whole frames.
// On cooked sockets it has no cooked header: loads from there become loads of
// kernel extensions, as far as there are any.
func kernelFilter(expr string, link LinkType, snapLen int) ([]libpcap.Insn, *Filter, error) {
	if strings.TrimSpace(expr) == "" {
		return takeAll(snapLen), nil, nil
	}
	prog, err := compileProgram(expr, link, snapLen)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case link == linkSLL2:
		if moved, ok := moveSLL2(prog); ok {
			return moved, nil, nil
		}
	case link == linkEthernet && asksForTags(prog):
	default:
		return prog, nil, nil
	}
	filter, err := CompileFilter(expr, link, maxPacket)
	if err != nil {
		return nil, nil, fmt.Errorf("%w (this filter cannot run in the kernel)", err)
	}
	return takeAll(maxPacket), filter, nil
}

func takeAll(snapLen int) []libpcap.Insn {
	return []libpcap.Insn{{Code: bpfRetK, K: uint32(snapLen)}}
}

// asksForTags reports whether a program compares an EtherType of the frame, at
// the place where it is behind up to three tags, with that of a tag.
func asksForTags(prog []libpcap.Insn) bool {
	etherType := false
	for _, in := range prog {
		switch in.Code {
		case bpfLdHAbs:
			etherType = in.K == 12 || in.K == 16 || in.K == 20 || in.K == 24
		case bpfLdBAbs, bpfLdWAbs, bpfLdBInd, bpfLdHInd, bpfLdWInd, bpfLdImm, bpfLdLen, bpfLdMem:
			etherType = false
		case bpfJeqK:
			if etherType && (in.K == 0x8100 || in.K == 0x88a8 || in.K == 0x9100) {
				return true
			}
		}
	}
	return false
}

// moveSLL2 rewrites a program for LINUX_SLL2 packets into one for packets that
// begin at the network header. It gives up on what has no counterpart.
func moveSLL2(prog []libpcap.Insn) ([]libpcap.Insn, bool) {
	moved := make([]libpcap.Insn, len(prog))
	for i, in := range prog {
		switch in.Code {
		case bpfLdWAbs, bpfLdHAbs, bpfLdBAbs:
			switch {
			case in.K >= sll2Len && in.K < skfAdOff:
				in.K -= sll2Len
			case in.Code == bpfLdHAbs && in.K == 0:
				in.K = skfAdOff + skfAdProtocol
			case in.Code == bpfLdWAbs && in.K == 4:
				in.K = skfAdOff + skfAdIfIndex
			case in.Code == bpfLdHAbs && in.K == 8:
				in.K = skfAdOff + skfAdHaType
			case in.Code == bpfLdBAbs && in.K == 10:
				in.K = skfAdOff + skfAdPktType
			default:
				return nil, false
			}
		case bpfLdWInd, bpfLdHInd, bpfLdBInd, bpfLdxMsh:
			if in.K < sll2Len {
				return nil, false
			}
			in.K -= sll2Len
		case bpfLdLen, bpfLdxLen:
			return nil, false
		}
		moved[i] = in
	}
	return moved, true
}
