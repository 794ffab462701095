// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// usage is what a whole process cost, its children included.
type usage struct {
	CPU  time.Duration // user and system
	Wall time.Duration
	RSS  int64 // peak of the largest single process, bytes; 0 where it is not known
	Out  int64 // bytes that it wrote to standard output, or that a sink took
}

// maxOutput is how much of a failed command's last words an error repeats, bytes.
const maxOutput = 600

// measure runs a command to its end, with its output drained through a pipe. This program must stay small: a child's peak begins with
// the memory of the process that forked it.
func measure(ctx context.Context, limit time.Duration, argv []string, env ...string) (usage, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), env...)
	var last tail
	cmd.Stderr = &last
	out, err := cmd.StdoutPipe()
	if err != nil {
		return usage{}, fmt.Errorf("run %s: %w", argv[0], err)
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return usage{}, fmt.Errorf("run %s: %w", argv[0], err)
	}
	buf := make([]byte, 1<<18)
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{out}, buf)
	if werr := cmd.Wait(); werr != nil {
		return usage{}, fmt.Errorf("run %s: %w: %s", strings.Join(argv, " "), werr, bytes.TrimSpace(last.b))
	}
	if err != nil {
		return usage{}, fmt.Errorf("read the output of %s: %w", argv[0], err)
	}
	s := cmd.ProcessState
	return usage{CPU: s.UserTime() + s.SystemTime(), Wall: time.Since(begin), RSS: peak(s), Out: n}, nil
}

// tail keeps the end of what is written to it.
type tail struct{ b []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	t.b = t.b[max(0, len(t.b)-maxOutput):]
	return len(p), nil
}
