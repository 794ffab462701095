// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"strings"
	"sync"
)

// maxTail is how much of what a process says on its standard error is kept, bytes.
const maxTail = 2 << 10

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p[max(0, len(p)-maxTail):]...)
	if over := len(t.kept) - maxTail; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(p), nil
}

// asRoot is what tshark says whenever it runs as root.
const asRoot = "Running as user \"root\""

// said is the last line that says something, in parentheses behind a space; empty without one.
func (t *tail) said() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := ""
	for line := range strings.Lines(string(t.kept)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, asRoot) {
			last = line
		}
	}
	if last == "" {
		return ""
	}
	return " (" + strings.ToValidUTF8(last, "?") + ")"
}
