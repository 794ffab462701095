// SPDX-License-Identifier: Apache-2.0

package flow

// list orders conversations by last use.
type list struct{ newest, oldest *conversation }

func (l *list) push(f *conversation) {
	f.in, f.older, f.newer = l, l.newest, nil
	if l.newest != nil {
		l.newest.newer = f
	} else {
		l.oldest = f
	}
	l.newest = f
}

func (l *list) unlink(f *conversation) {
	if f.older != nil {
		f.older.newer = f.newer
	} else {
		l.oldest = f.newer
	}
	if f.newer != nil {
		f.newer.older = f.older
	} else {
		l.newest = f.older
	}
}

// touch makes f the most recently used of the list that it belongs to.
func (s *State) touch(f *conversation) {
	l := &s.brief
	if f.key.proto == protoTCP && !f.connection()[0].over {
		l = &s.connected
	}
	if l.newest != f {
		f.in.unlink(f)
		l.push(f)
	}
}

// expire forgets the conversations that have been idle for too long at the packet time now.
func (s *State) expire(now int64) {
	for f := s.brief.oldest; f != nil && s.opt.Idle > 0 && now-f.LastTime > int64(s.opt.Idle); f = s.brief.oldest {
		s.remove(f, IdleTimeout)
	}
	for f := s.connected.oldest; f != nil && s.opt.IdleTCP > 0 && now-f.LastTime > int64(s.opt.IdleTCP); f = s.connected.oldest {
		s.remove(f, IdleTimeout)
	}
}

// evict forgets the conversation that has been idle for longest.
func (s *State) evict() {
	f := s.brief.oldest
	if c := s.connected.oldest; f == nil || c != nil && c.LastTime < f.LastTime {
		f = c
	}
	s.remove(f, LackOfResources)
	s.stats.FlowsEvicted++
}

// remove forgets a conversation, and reports its flow.
func (s *State) remove(f *conversation, why EndReason) {
	if f.flow != nil && s.ended != nil {
		s.report(f, why)
	}
	if f.tcp != nil {
		for d := range f.tcp {
			s.stats.StreamBytes -= f.tcp[d].counted
			s.forget(&f.tcp[d].unacked)
		}
	}
	f.in.unlink(f)
	delete(s.table, f.key)
}
