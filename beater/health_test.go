// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/elastic/beats/v7/libbeat/management/status"
)

// reporter notes what it is told.
type reporter struct {
	mu   sync.Mutex
	told []string
}

func (r *reporter) UpdateStatus(s status.Status, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = append(r.told, s.String()+" "+why)
}

// last is what it was told last.
func (r *reporter) last() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.told[len(r.told)-1]
}

func TestHealth(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(h *health)
		want []string
	}{
		"well":                {func(h *health) { h.begin(); h.begin() }, []string{"Running "}},
		"before it begins":    {func(h *health) { h.set("a", errors.New("x")); h.begin() }, []string{"Degraded x"}},
		"mended":              {func(h *health) { h.begin(); h.set("a", errors.New("x")); h.set("a", nil); h.set("a", nil) }, []string{"Running ", "Degraded x", "Running "}},
		"the same again":      {func(h *health) { h.begin(); h.set("a", errors.New("x")); h.set("a", errors.New("x")) }, []string{"Running ", "Degraded x"}},
		"two causes":          {func(h *health) { h.begin(); h.set("a", errors.New("x")); h.set("b", errors.New("w")) }, []string{"Running ", "Degraded x", "Running ", "Degraded w; x"}},
		"one of two is over":  {func(h *health) { h.begin(); h.set("a", errors.New("x")); h.set("b", errors.New("w")); h.set("a", nil) }, []string{"Running ", "Degraded x", "Running ", "Degraded w; x", "Running ", "Degraded w"}},
		"failed":              {func(h *health) { h.begin(); h.set("a", errors.New("x")); h.fail(errors.New("broken")); h.set("a", nil) }, []string{"Running ", "Degraded x", "Failed broken"}},
		"fails at once":       {func(h *health) { h.fail(errors.New("broken")) }, []string{"Failed broken"}},
		"stopped":             {func(h *health) { h.begin(); h.end(); h.set("a", errors.New("x")) }, []string{"Running ", "Stopped "}},
		"never began":         {func(h *health) { h.set("a", errors.New("x")) }, nil},
		"is told to somebody": {func(*health) {}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := &reporter{}
			c.do(newHealth(r))
			if want := append([]string{"Starting "}, c.want...); !slices.Equal(r.told, want) {
				t.Errorf("told %q, want %q", r.told, want)
			}
			c.do(newHealth(nil)) // nobody asks
		})
	}
}
