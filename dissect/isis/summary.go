// SPDX-License-Identifier: Apache-2.0

package isis

import "github.com/espbeat/espbeat/dissect"

var types = map[uint64]string{15: "L1 HELLO", 16: "L2 HELLO", 17: "P2P HELLO", 18: "L1 LSP", 20: "L2 LSP", 24: "L1 CSNP", 25: "L2 CSNP", 26: "L1 PSNP", 27: "L2 PSNP"}

func summary(dst []byte, v dissect.View) []byte {
	n, _ := v.Uint(fType)
	if name := types[n]; name != "" {
		return append(dst, name...)
	}
	dst, _ = v.Text(append(dst, "PDU type "...), fType)
	return dst
}

func helloSummary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(summary(dst, v), ", system-ID: "...), fSource)
	return dst
}

func lspSummary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(summary(dst, v), ", LSP-ID: "...), fLSP)
	dst, _ = v.Text(append(dst, ", sequence: "...), fSequence)
	dst, _ = v.Text(append(dst, ", lifetime: "...), fLife)
	return dst
}

func csnpSummary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(summary(dst, v), ", source-ID: "...), fCSNPSource)
	dst, _ = v.Text(append(dst, ", start LSP-ID: "...), fStart)
	dst, _ = v.Text(append(dst, ", end LSP-ID: "...), fEnd)
	return dst
}

func psnpSummary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(append(summary(dst, v), ", source-ID: "...), fPSNPSource)
	return dst
}
