// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"slices"
	"time"
)

// Store keeps the packets of live inputs on disk, too, as a ring of pcapng files.
type Store struct {
	Enabled bool `config:"enabled"`
	// Path is the directory; empty is store, under path.data.
	Path string `config:"path"`
	// MaxSize bounds the files together, as they lie on disk.
	MaxSize ByteSize `config:"max_size"`
	// MaxAge is how long files are kept; 0 is for ever.
	MaxAge time.Duration `config:"max_age"`
	// FileSize is how long a file gets, before compression.
	FileSize ByteSize `config:"file_size"`
	// Compression is gzip, zstd or none.
	Compression string `config:"compression"`
}

func defaultStore() Store {
	return Store{MaxSize: 10 << 30, FileSize: 64 << 20, Compression: "gzip"}
}

// Bounds: a file holds a few pieces of compression, and is deleted as a whole.
const (
	minFileSize = 1 << 20
	maxFileSize = 4 << 30
	minMaxAge   = time.Minute
)

func (s *Store) check() error {
	switch {
	case s.FileSize < minFileSize || s.FileSize > maxFileSize:
		return fault("espbeat.store.file_size", int64(s.FileSize), "use 1MiB to 4GiB")
	case s.MaxSize < 2*s.FileSize:
		return fault("espbeat.store.max_size", int64(s.MaxSize), fmt.Sprintf("use at least twice espbeat.store.file_size, %d", 2*s.FileSize))
	case s.MaxAge < 0 || s.MaxAge > 0 && s.MaxAge < minMaxAge:
		return fault("espbeat.store.max_age", s.MaxAge, fmt.Sprintf("use a duration of %s or more such as 72h, or 0 to keep files of any age", minMaxAge))
	case !slices.Contains([]string{"none", "gzip", "zstd"}, s.Compression):
		return fault("espbeat.store.compression", quoted(s.Compression), "no such compression, use gzip, zstd or none")
	}
	return nil
}
