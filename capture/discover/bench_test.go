// SPDX-License-Identifier: Apache-2.0

package discover

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkLook compares a first look at a directory, which identifies its files, with
// those that follow: nanoseconds a file.
func BenchmarkLook(b *testing.B) {
	const files = 2000
	dir := b.TempDir()
	for i := range files {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), pcap(uint32(i), large), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	for name, first := range map[string]bool{"first": true, "again": false} {
		b.Run(name, func(b *testing.B) {
			var f *Finder
			begin := func() {
				var err error
				if f, err = newFinder(Options{Paths: []string{dir}, Watch: true, Poll: time.Hour}, noEvents); err != nil {
					b.Fatal(err)
				}
				f.look(context.Background())
				if len(f.ready) != files {
					b.Fatal(errors.New("not all files were found"))
				}
			}
			begin()
			for b.Loop() {
				if first {
					begin()
				} else {
					f.look(context.Background())
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/files, "ns/file")
		})
	}
}
