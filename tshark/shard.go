// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"context"
	"fmt"

	"github.com/espbeat/espbeat/capture"
)

// shard keeps one process at work. It is used by one goroutine, run.
type shard struct {
	of *Dissector
	in chan []*Packet
	// session is the process that packets are given to; nil when there is none.
	session *session
	// suspect is the number of the packet that a process was at when it ended, and strikes is how many in a row ended there.
	suspect uint64
	strikes int
	// fruitless is how many packets in a row were quarantined without an answer in between.
	fruitless int
}

const (
	// maxStrikes is how often a packet may be the one that processes end at before it is put aside. One that ends may have done so by what it
	// remembered of earlier packets, which the next one knows nothing of; one that was killed (kill -9, or the kernel for want of memory) has
	// the least to do with the packet.
	maxStrikes  = 9
	strikeKill  = 1
	strikeCrash = 3
	// maxFruitless is how many packets in a row may end every process before it is plain that the packets are not the reason.
	maxFruitless = 3
)

// run feeds processes until the Dissector is closed.
func (s *shard) run() {
	defer s.end()
	for {
		var ended <-chan struct{}
		if s.session != nil {
			ended = s.session.ended
		}
		var err error
		select {
		case part := <-s.in:
			err = s.give(part)
		case <-ended:
			err = s.mend()
		case <-s.of.ctx.Done():
			return
		}
		if err != nil {
			s.of.end(err)
			return
		}
	}
}

// end waits for the end of the process, which the Dissector's context kills.
func (s *shard) end() {
	if s.session != nil {
		<-s.session.ended
	}
}

// give hands packets to the process, and replaces that where it has grown.
func (s *shard) give(part []*Packet) error {
	if s.session == nil {
		if err := s.begin(part[0].LinkType, part[0].batch.Interfaces); err != nil {
			return err
		}
	}
	s.session.give(part)
	if s.session.grown() {
		return s.reset()
	}
	return nil
}

// begin starts a process for packets of a link type.
func (s *shard) begin(link capture.LinkType, interfaces []capture.Interface) (err error) {
	s.session, err = startSession(s.of, newFeeder(link, interfaces))
	return err
}

// reset has the process end after what it was given. The next one is started at once, so that it is ready by then.
func (s *shard) reset() error {
	old := s.session
	old.retire()
	next, err := startSession(s.of, old.feeder.again())
	if err != nil {
		return err
	}
	<-old.ended
	s.of.program.stats.resets.Add(1)
	rest, err := s.judge()
	s.session = next
	if err == nil && len(rest) > 0 {
		next.give(rest)
	}
	return err
}

// mend replaces a process that has ended, and gives what it has not answered to the next one.
func (s *shard) mend() error {
	rest, err := s.judge()
	s.session = nil
	if err != nil || len(rest) == 0 {
		return err
	}
	return s.give(rest)
}

// judge finds out why the process ended, and returns the packets that it has left. One that ended too many is put aside.
func (s *shard) judge() ([]*Packet, error) {
	if s.of.ctx.Err() != nil { // which has killed it
		return nil, context.Cause(s.of.ctx)
	}
	se, stats := s.session, &s.of.program.stats
	rest := se.left()
	if se.answers > 0 {
		s.fruitless = 0
	}
	if len(rest) == 0 && se.retired {
		return nil, nil
	}
	stats.restarts.Add(1)
	if se.late.Load() {
		stats.timeouts.Add(1)
	}
	if len(rest) == 0 {
		s.of.program.say("tshark ended with nothing to do (%s): the next packet starts another", se.why())
		return nil, nil
	}
	if n := rest[0].Number; n != s.suspect {
		s.suspect, s.strikes = n, 0
	}
	if s.strikes += se.strike(); s.strikes < maxStrikes {
		s.of.program.say("%s: tshark ended at packet %d (%s): another one goes on with it", s.of.source, rest[0].Number, se.why())
		return rest, nil
	}
	if s.fruitless++; s.fruitless > maxFruitless {
		return nil, fmt.Errorf("%s: tshark ends at each packet (%s): see whether `%s -r` reads the capture, and espbeat.dissector.tshark", s.of.source, se.why(), s.of.program.path)
	}
	s.setAside(rest[0], se.why())
	return rest[1:], nil
}

// setAside puts a packet into quarantine.
func (s *shard) setAside(p *Packet, why string) {
	program := s.of.program
	program.stats.quarantined.Add(1)
	where := program.aside.add(p, s.of.source, why)
	program.say("%s: tshark ends at packet %d again and again (%s): it has no layers of tshark's, and is %s", s.of.source, p.Number, why, where)
	p.without(Quarantined, "tshark does not survive this packet")
	p.batch.settle()
}
