// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"encoding/binary"
	"fmt"

	"github.com/espbeat/espbeat/capture/libpcap"
)

// Classic BPF instruction codes (McCanne and Jacobson 1993; Linux adds MOD and
// XOR). The class is the low three bits, then size and mode of loads, operation
// and source of arithmetic and jumps.
const (
	bpfLdWAbs = 0x20
	bpfLdHAbs = 0x28
	bpfLdBAbs = 0x30
	bpfLdWInd = 0x40
	bpfLdHInd = 0x48
	bpfLdBInd = 0x50
	bpfLdLen  = 0x80
	bpfLdImm  = 0x00
	bpfLdMem  = 0x60
	bpfLdxImm = 0x01
	bpfLdxMem = 0x61
	bpfLdxLen = 0x81
	bpfLdxMsh = 0xb1
	bpfSt     = 0x02
	bpfStx    = 0x03
	bpfTax    = 0x07
	bpfTxa    = 0x87
	bpfRetK   = 0x06
	bpfRetX   = 0x0e
	bpfRetA   = 0x16

	bpfAddK, bpfAddX = 0x04, 0x0c
	bpfSubK, bpfSubX = 0x14, 0x1c
	bpfMulK, bpfMulX = 0x24, 0x2c
	bpfDivK, bpfDivX = 0x34, 0x3c
	bpfOrK, bpfOrX   = 0x44, 0x4c
	bpfAndK, bpfAndX = 0x54, 0x5c
	bpfLshK, bpfLshX = 0x64, 0x6c
	bpfRshK, bpfRshX = 0x74, 0x7c
	bpfNeg           = 0x84
	bpfModK, bpfModX = 0x94, 0x9c
	bpfXorK, bpfXorX = 0xa4, 0xac

	bpfJa              = 0x05
	bpfJeqK, bpfJeqX   = 0x15, 0x1d
	bpfJgtK, bpfJgtX   = 0x25, 0x2d
	bpfJgeK, bpfJgeX   = 0x35, 0x3d
	bpfJsetK, bpfJsetX = 0x45, 0x4d

	bpfMemWords = 16
)

// bpfCheck makes sure that bpfRun ends and stays in its bounds: known codes,
// jumps forward and inside, a return at the end, no constant division by zero.
func bpfCheck(prog []libpcap.Insn) error {
	if len(prog) == 0 {
		return fmt.Errorf("the program is empty")
	}
	for i, in := range prog {
		left := uint64(len(prog) - i - 1)
		switch in.Code {
		case bpfLdWAbs, bpfLdHAbs, bpfLdBAbs, bpfLdWInd, bpfLdHInd, bpfLdBInd, bpfLdLen, bpfLdImm,
			bpfLdxImm, bpfLdxLen, bpfLdxMsh, bpfTax, bpfTxa, bpfRetK, bpfRetX, bpfRetA,
			bpfAddK, bpfAddX, bpfSubK, bpfSubX, bpfMulK, bpfMulX, bpfDivX, bpfOrK, bpfOrX, bpfAndK, bpfAndX,
			bpfLshK, bpfLshX, bpfRshK, bpfRshX, bpfNeg, bpfModX, bpfXorK, bpfXorX:
		case bpfDivK, bpfModK:
			if in.K == 0 {
				return fmt.Errorf("instruction %d divides by zero", i)
			}
		case bpfLdMem, bpfLdxMem, bpfSt, bpfStx:
			if in.K >= bpfMemWords {
				return fmt.Errorf("instruction %d uses scratch word %d of %d", i, in.K, bpfMemWords)
			}
		case bpfJa:
			if uint64(in.K) >= left {
				return fmt.Errorf("instruction %d jumps outside the program", i)
			}
		case bpfJeqK, bpfJeqX, bpfJgtK, bpfJgtX, bpfJgeK, bpfJgeX, bpfJsetK, bpfJsetX:
			if uint64(in.Jt) >= left || uint64(in.Jf) >= left {
				return fmt.Errorf("instruction %d jumps outside the program", i)
			}
		default:
			return fmt.Errorf("instruction %d has the unknown code %#x", i, in.Code)
		}
	}
	switch prog[len(prog)-1].Code {
	case bpfRetK, bpfRetX, bpfRetA:
		return nil
	}
	return fmt.Errorf("the program does not end with a return")
}

// bpfRun runs a program that passed bpfCheck on a packet. wireLen is what the
// program sees as the packet's length. A load outside the packet and a division
// by zero end it with 0, as in the kernel; offsets of kernel extensions (negative
// ones) are outside every packet.
func bpfRun(prog []libpcap.Insn, p []byte, wireLen uint32) uint32 {
	var a, x uint32
	var mem [bpfMemWords]uint32
	size := uint64(len(p))
	for pc := 0; pc < len(prog); pc++ {
		in := &prog[pc]
		k := in.K
		switch in.Code {
		case bpfLdHAbs, bpfLdHInd:
			o := uint64(k)
			if in.Code == bpfLdHInd {
				o += uint64(x)
			}
			if o+2 > size {
				return 0
			}
			a = uint32(binary.BigEndian.Uint16(p[o:]))
		case bpfLdBAbs, bpfLdBInd:
			o := uint64(k)
			if in.Code == bpfLdBInd {
				o += uint64(x)
			}
			if o >= size {
				return 0
			}
			a = uint32(p[o])
		case bpfLdWAbs, bpfLdWInd:
			o := uint64(k)
			if in.Code == bpfLdWInd {
				o += uint64(x)
			}
			if o+4 > size {
				return 0
			}
			a = binary.BigEndian.Uint32(p[o:])
		case bpfJeqK:
			pc += jump(in, a == k)
		case bpfJeqX:
			pc += jump(in, a == x)
		case bpfJgtK:
			pc += jump(in, a > k)
		case bpfJgtX:
			pc += jump(in, a > x)
		case bpfJgeK:
			pc += jump(in, a >= k)
		case bpfJgeX:
			pc += jump(in, a >= x)
		case bpfJsetK:
			pc += jump(in, a&k != 0)
		case bpfJsetX:
			pc += jump(in, a&x != 0)
		case bpfJa:
			pc += int(k)
		case bpfRetK:
			return k
		case bpfRetA:
			return a
		case bpfRetX:
			return x
		case bpfLdxMsh:
			if uint64(k) >= size {
				return 0
			}
			x = uint32(p[k]&0x0f) << 2
		case bpfLdLen:
			a = wireLen
		case bpfLdxLen:
			x = wireLen
		case bpfLdImm:
			a = k
		case bpfLdxImm:
			x = k
		case bpfLdMem:
			a = mem[k&(bpfMemWords-1)]
		case bpfLdxMem:
			x = mem[k&(bpfMemWords-1)]
		case bpfSt:
			mem[k&(bpfMemWords-1)] = a
		case bpfStx:
			mem[k&(bpfMemWords-1)] = x
		case bpfTax:
			x = a
		case bpfTxa:
			a = x
		case bpfDivX:
			if x == 0 {
				return 0
			}
			a /= x
		case bpfModX:
			if x == 0 {
				return 0
			}
			a %= x
		case bpfNeg:
			a = -a
		case bpfAddK:
			a += k
		case bpfAddX:
			a += x
		case bpfSubK:
			a -= k
		case bpfSubX:
			a -= x
		case bpfMulK:
			a *= k
		case bpfMulX:
			a *= x
		case bpfDivK:
			a /= max(k, 1) // bpfCheck rejects 0
		case bpfModK:
			a %= max(k, 1)
		case bpfOrK:
			a |= k
		case bpfOrX:
			a |= x
		case bpfAndK:
			a &= k
		case bpfAndX:
			a &= x
		case bpfXorK:
			a ^= k
		case bpfXorX:
			a ^= x
		case bpfLshK: // by 32 and more gives 0
			a <<= k
		case bpfLshX:
			a <<= x
		case bpfRshK:
			a >>= k
		case bpfRshX:
			a >>= x
		}
	}
	return 0
}

// skfAdOff is where Linux's extension loads begin (SKF_AD_OFF, -0x1000).
const skfAdOff = 0xfffff000

// isExtension reports whether an instruction asks Linux for what is not in the packet.
func isExtension(in libpcap.Insn) bool {
	switch in.Code {
	case bpfLdWAbs, bpfLdHAbs, bpfLdBAbs:
		return in.K >= skfAdOff
	}
	return false
}

func jump(in *libpcap.Insn, yes bool) int {
	if yes {
		return int(in.Jt)
	}
	return int(in.Jf)
}
