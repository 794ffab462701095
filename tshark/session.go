// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// session is one process of tshark. Its shard gives it packets; a goroutine of its own reads the answers.
type session struct {
	*process
	of     *Dissector
	feeder feeder
	out    []byte // on its way to the process
	given  uint64 // packets
	// retired: it was told to end after what it was given.
	retired bool

	mu      sync.Mutex
	waiting []*Packet // given and not answered, in order
	timer   *time.Timer
	late    atomic.Bool // it took too long

	ended chan struct{} // closed when the process is gone and all of its answers are read
	// The rest is valid then.
	answers uint64
	err     error
}

// writeAt is how many bytes are collected before they are written: what a pipe holds.
const writeAt = 64 << 10

// startSession begins with a process.
func startSession(d *Dissector, f feeder) (*session, error) {
	p, err := d.program.process()
	if err != nil {
		return nil, err
	}
	s := &session{process: p, of: d, feeder: f, out: f.header(nil), ended: make(chan struct{})}
	s.timer = time.AfterFunc(d.program.opt.Timeout, s.expire)
	s.timer.Stop()
	go s.read()
	return s, nil
}

// expire ends a process that takes too long.
func (s *session) expire() {
	s.late.Store(true)
	s.kill()
}

// retire has the process end when it has dissected what it was given.
func (s *session) retire() {
	s.retired = true
	_ = s.in.Close()
}

// give writes packets to the process. One that cannot be written to is on its way out: what it was given waits for its end.
func (s *session) give(part []*Packet) {
	for len(part) > 0 {
		n := 0
		for n < len(part) && len(s.out) < writeAt {
			p := part[n]
			s.count(p)
			s.out = s.feeder.packet(s.out, &p.Packet, p.batch.Interfaces)
			n++
		}
		s.await(part[:n])
		part = part[n:]
		_, err := s.in.Write(s.out)
		s.out = s.out[:0]
		if err != nil {
			for _, p := range part { // which it does not get
				s.count(p)
			}
			s.await(part)
			s.kill()
			return
		}
	}
}

// count gives a packet its number in the capture that the process reads.
func (s *session) count(p *Packet) {
	s.given++
	p.number = s.given
}

// await notes that packets wait for their answers.
func (s *session) await(part []*Packet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) == 0 && len(part) > 0 {
		s.timer.Reset(s.of.program.opt.Timeout)
	}
	s.waiting = append(s.waiting, part...)
}

// read takes the answers, until the process has ended.
func (s *session) read() {
	defer close(s.ended)
	defer context.AfterFunc(s.of.ctx, s.kill)()
	var out io.Reader = s.answering
	if s.wide {
		out = &gatherer{out, s.waits}
	}
	err := s.lines(out)
	if err != nil {
		s.kill()
		_, _ = io.Copy(io.Discard, s.answering)
	}
	s.err = errors.Join(err, s.wait())
	s.timer.Stop()
}

// lines reads to the end of the output, or to something that is no answer.
func (s *session) lines(out io.Reader) error {
	r := bufio.NewReaderSize(out, 256<<10)
	var long []byte
	var a answer
	for {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			if long = append(long, line...); len(long) > maxLine {
				return fmt.Errorf("a line of more than %d bytes", maxLine)
			}
			continue
		}
		if err != nil { // the end; a line that was begun is none
			return nil
		}
		if len(long) > 0 {
			long = append(long, line...)
			line = long
		}
		if ok, err := a.read(line); err != nil {
			return err
		} else if ok {
			if err := s.take(&a); err != nil {
				return err
			}
		}
		long = long[:0]
	}
}

// waits tells whether packets wait for their answers.
func (s *session) waits() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiting) > 0
}

// maxLine bounds what tshark may write of one packet, bytes. A reassembled body is there several times, in digits.
const maxLine = 64 << 20

// take gives an answer to its packet. Packets before it that wait still were skipped.
func (s *session) take(a *answer) error {
	s.mu.Lock()
	at, found := slices.BinarySearchFunc(s.waiting, a.number, func(p *Packet, n uint64) int { return int(p.number) - int(n) }) //nolint:gosec // below 2^63
	if !found {
		s.mu.Unlock()
		return fmt.Errorf("an answer about packet %d, which is not waited for", a.number)
	}
	p := s.waiting[at]
	s.mu.Unlock() // only this goroutine takes packets off
	if err := a.give(p, s.of.program.opt.MaxDocument, s.of.program.typed); err != nil {
		return err
	}
	s.mu.Lock()
	skipped := slices.Clone(s.waiting[:at])
	s.waiting = s.waiting[at+1:]
	if len(s.waiting) > 0 {
		s.timer.Reset(s.of.program.opt.Timeout)
	} else {
		s.waiting = nil
		s.timer.Stop()
	}
	s.mu.Unlock()

	stats := &s.of.program.stats
	for _, q := range skipped {
		q.without(Skipped, "tshark has not said a word of this packet")
		q.batch.settle()
	}
	stats.skipped.Add(uint64(len(skipped)))
	stats.packets.Add(1)
	s.answers++
	p.Fate = Dissected
	p.batch.settle()
	return nil
}

// left are the packets without an answer, once the process has ended.
func (s *session) left() []*Packet {
	<-s.ended
	return s.waiting
}

// strike is what the packet that the process ended at has to answer for.
func (s *session) strike() int {
	if killed(s.cmd.ProcessState) && !s.ours.Load() {
		return strikeKill
	}
	return strikeCrash
}

// why says how the process ended, once it has.
func (s *session) why() string {
	switch {
	case s.late.Load():
		return fmt.Sprintf("nothing for %s", s.of.program.opt.Timeout)
	case s.err == nil:
		return "its end" + s.errs.said()
	}
	return s.err.Error() + s.errs.said()
}

// grown tells whether it is time for another process.
func (s *session) grown() bool {
	o := &s.of.program.opt
	return o.MaxPackets > 0 && s.given >= o.MaxPackets || o.MaxMemory > 0 && resident(s.cmd.Process.Pid) >= o.MaxMemory
}
