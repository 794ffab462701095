// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ByteSize is a number of bytes, written as a number or with a unit: 64MiB, 10MB, 512k.
type ByteSize int64

// units in the order in which suffixes are tried, the longest first.
var units = []struct {
	suffix string
	factor int64
}{
	{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30},
	{"kb", 1000}, {"mb", 1000 * 1000}, {"gb", 1000 * 1000 * 1000},
	{"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}, {"b", 1},
}

// Unpack implements go-ucfg's Unpacker.
func (b *ByteSize) Unpack(v any) error {
	switch v := v.(type) {
	case int64:
		*b = ByteSize(v)
		return nil
	case uint64:
		if v > math.MaxInt64 {
			return fmt.Errorf("%d bytes are more than a size can be", v)
		}
		*b = ByteSize(v)
		return nil
	case string:
		n, err := parseBytes(v)
		*b = n
		return err
	}
	return fmt.Errorf("%v is not a size: give bytes, or a number with a unit such as 64MiB", v)
}

func parseBytes(s string) (ByteSize, error) {
	num, factor := strings.ToLower(strings.TrimSpace(s)), int64(1)
	for _, u := range units {
		if cut, ok := strings.CutSuffix(num, u.suffix); ok {
			num, factor = strings.TrimSpace(cut), u.factor
			break
		}
	}
	n, err := strconv.ParseInt(num, 10, 64)
	if err != nil || n > math.MaxInt64/factor {
		return 0, fmt.Errorf("%q is not a size: give bytes, or a number with a unit such as 64MiB", s)
	}
	return ByteSize(n * factor), nil
}
