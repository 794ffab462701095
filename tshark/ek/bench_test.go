// SPDX-License-Identifier: Apache-2.0

package ek

import (
	"bytes"
	"os"
	"testing"
)

// BenchmarkDocument makes documents of the lines of a file, ESPBEAT_EK, that `tshark -T ek` wrote.
func BenchmarkDocument(b *testing.B) {
	name := os.Getenv("ESPBEAT_EK")
	if name == "" {
		b.Skip("no lines: set ESPBEAT_EK to a file that tshark -T ek wrote")
	}
	data, err := os.ReadFile(name)
	if err != nil {
		b.Fatal(err)
	}
	var lines [][]byte
	size := 0
	for line := range bytes.Lines(data) {
		if IsPacket(line) {
			lines = append(lines, line)
			size += len(line)
		}
	}
	var dst []byte
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, line := range lines {
			if dst, _, err = Document(dst[:0], line, DefaultLimit); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(lines)), "ns/packet")
}
