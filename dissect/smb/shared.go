// SPDX-License-Identifier: Apache-2.0

package smb

import (
	"bytes"
	"encoding/binary"
	"hash/fnv"
	"net/netip"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// MaxPath bounds the paths that are remembered, bytes.
const MaxPath = 1024

var (
	fFileSize    = field.Group("file").Add("size", field.Int64, "", "Size of a file that the message is about, bytes", field.ECS, field.Rare)
	fFilePath, _ = field.Lookup("file.path")
)

// FileSize writes the size of a file.
func FileSize(o *field.Buffer, size uint64) {
	if size>>63 == 0 {
		o.Uint(fFileSize, size)
	}
}

// File writes the path of a file, and the name at its end where it is not a share's.
func File(o *field.Buffer, path string) {
	if path == "" {
		return
	}
	common.FilePath(o, []byte(path))
	if at := lastSlash(path); !strings.HasPrefix(path, `\\`) || lastSlash(path[:max(at, 0)]) > 1 {
		common.FileName(o, []byte(path[at+1:]))
	}
}

func lastSlash(path string) int {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '\\' || path[i] == '/' {
			return i
		}
	}
	return -1
}

// AppendFile appends the packet's last file.path, as for a summary line.
func AppendFile(dst []byte, v dissect.View) ([]byte, bool) { return v.Text(dst, fFilePath) }

// Join puts the path of a file behind that of its share, which may be unknown; what is longer than MaxPath is cut.
func Join(share string, path []byte) string {
	path = bytes.TrimPrefix(path, []byte(`\`))
	if share != "" && len(path) > 0 {
		share += `\`
	}
	share += string(path)
	return share[:min(len(share), MaxPath)]
}

// AppendUTF16 appends little-endian UTF-16 as UTF-8, up to a zero. An odd byte at the end is left out.
func AppendUTF16(dst, b []byte) []byte {
	for ; len(b) >= 2; b = b[2:] {
		r := rune(binary.LittleEndian.Uint16(b))
		if r == 0 {
			break
		}
		if utf16.IsSurrogate(r) && len(b) >= 4 {
			if r = utf16.DecodeRune(r, rune(binary.LittleEndian.Uint16(b[2:]))); r != utf8.RuneError {
				b = b[2:]
			}
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// Pipe hands what is written to or read from a named pipe to DCE/RPC, where it starts as its messages do (C706, 12.6.3.1). The pipes of a connection, by their ids, are
// conversations of their own.
func Pipe(p *dissect.Packet, pipe uint64, b []byte, wire int) {
	const version, lastMinor, lastType = 5, 1, 19
	if len(b) < 3 || b[0] != version || b[1] > lastMinor || b[2] > lastType {
		return
	}
	if connection := p.Conversation; connection != nil {
		h := fnv.New64a()
		h.Write(binary.LittleEndian.AppendUint64([]byte(connection.ID), pipe)) //nolint:errcheck,gosec // never fails
		p.Conversation = p.State.Exchange(p, p.Registry.Named("dcerpc"), netip.Addr{}, h.Sum64())
		defer func() { p.Conversation = connection }()
	}
	p.CallName("dcerpc", b, wire)
}

// Recent remembers the newest max values by their keys.
type Recent[K comparable, V any] struct {
	max    int
	values map[K]V
	keys   []K
	oldest int
}

// NewRecent returns one that is empty.
func NewRecent[K comparable, V any](max int) Recent[K, V] { return Recent[K, V]{max: max} }

// Get is the value of a key.
func (r *Recent[K, V]) Get(key K) (V, bool) {
	v, ok := r.values[key]
	return v, ok
}

// Put sets the value of a key; the oldest key makes room for a new one.
func (r *Recent[K, V]) Put(key K, v V) {
	if r.values == nil {
		r.values = map[K]V{}
	}
	if _, ok := r.values[key]; !ok {
		if len(r.keys) < r.max {
			r.keys = append(r.keys, key)
		} else {
			delete(r.values, r.keys[r.oldest])
			r.keys[r.oldest] = key
			r.oldest = (r.oldest + 1) % r.max
		}
	}
	r.values[key] = v
}
