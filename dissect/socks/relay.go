// SPDX-License-Identifier: Apache-2.0

package socks

import "github.com/espbeat/espbeat/dissect"

// maxHandOvers bounds how often the relayed conversation may change who speaks at one place.
const maxHandOvers = 4

// relay hands what is relayed to who speaks inside, which is decided as for a connection to the port that was asked for. What the client sends before
// the reply waits for it.
func (s *state) relay(p *dissect.Packet, data []byte) int {
	d := p.Direction
	if s.dir[d] != inRelay || s.dir[1-s.client] != inRelay {
		return 0
	}
	if s.skip[d] > 0 {
		n := min(s.skip[d], uint64(len(data)))
		s.skip[d] -= n
		return int(n) //nolint:gosec // at most len(data)
	}
	outer := [2]uint16{p.Core.Source.Port, p.Core.Destination.Port}
	if d == s.client {
		p.Core.Destination.Port = s.port
	} else {
		p.Core.Source.Port = s.port
	}
	n := s.offer(p, data)
	p.Core.Source.Port, p.Core.Destination.Port = outer[0], outer[1]
	if n > len(data) {
		s.skip[d] = uint64(n - len(data)) //nolint:gosec // positive
		n = len(data)
	}
	return n
}

// offer calls who speaks inside, and who takes over from it.
func (s *state) offer(p *dissect.Packet, data []byte) int {
	in := s.inner
	for range maxHandOvers {
		app := in.App
		if app == nil && len(data) > 0 {
			app = p.TCPApplication(in, data)
		}
		if app == nil || app == Protocol || app.Stream == nil {
			return len(data)
		}
		in.App = app
		n := app.Stream(p, in, data[:len(data):len(data)])
		switch {
		case n < 0:
			in.App, in.AppState = nil, nil
			return len(data)
		case n > 0 || in.App == app:
			return n
		}
	}
	return len(data)
}
