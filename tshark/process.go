// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync/atomic"
)

// process is a tshark that reads a capture on its standard input.
type process struct {
	cmd       *exec.Cmd
	in        io.WriteCloser
	answering *os.File // its standard output
	wide      bool     // whose pipe is
	errs      tail
	ours      atomic.Bool // kill was called
}

// start starts a process.
func (p *Program) start() (*process, error) {
	made := &process{cmd: p.command(context.Background(), arguments...)}
	if err := made.start(); err != nil {
		return nil, fmt.Errorf("start %s%s: %w", p.path, p.as.words(), err)
	}
	return made, nil
}

func (s *process) start() error {
	out, w, wide, err := pipe()
	if err != nil {
		return err
	}
	defer w.Close() // which the process has its own of
	s.answering, s.wide, s.cmd.Stdout, s.cmd.Stderr = out, wide, w, &s.errs
	if s.in, err = s.cmd.StdinPipe(); err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		_ = out.Close()
	}
	return err
}

// kill ends the process at once.
func (s *process) kill() {
	s.ours.Store(true)
	_ = s.cmd.Cancel() // which fails for one that is gone
}

// wait waits for its end, when all of its output was read.
func (s *process) wait() error {
	_ = s.answering.Close()
	return s.cmd.Wait()
}

// process is one for a session: the one that was started ahead, or another.
func (p *Program) process() (*process, error) {
	if s := p.ahead.Swap(nil); s != nil {
		return s, nil
	}
	return p.start()
}

// discard ends the process that was started ahead, when no session has taken it.
func (p *Program) discard() {
	if s := p.ahead.Swap(nil); s != nil {
		s.kill()
		_ = s.wait()
	}
}
