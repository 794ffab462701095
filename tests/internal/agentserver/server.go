// SPDX-License-Identifier: Apache-2.0

// Package agentserver stands in for Elastic Agent in tests: it speaks the control protocol V2 with a Beat that it starts, gives it units, and
// notes what the Beat says of them. The protocol is that of elastic-agent-client's own stub; what is added is that changes are pushed at once, as
// the Agent does.
package agentserver

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/elastic/elastic-agent-client/v7/pkg/client/chunk"
	"github.com/elastic/elastic-agent-client/v7/pkg/client/mock"
	"github.com/elastic/elastic-agent-client/v7/pkg/proto"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	protobuf "google.golang.org/protobuf/proto"
)

// AgentID is the id of the Agent that a Server stands for, and Version its version.
const (
	AgentID = "a7e2c0de-0000-4000-8000-000000000001"
	Version = "9.3.0"
)

// Server is an Agent with one component.
type Server struct {
	*mock.StubServerV2
	t      testing.TB
	info   []byte // StartUpInfo
	socket string

	mu      sync.Mutex
	changed *sync.Cond // a unit was observed, or given up
	push    chan struct{}
	index   uint64
	want    map[string]*expected
	seen    map[string][]*proto.UnitObserved // what was said of each unit, in order
}

// expected is a unit of the policy.
type expected struct {
	kind  proto.UnitType
	state proto.State
	index uint64
	cfg   *proto.UnitExpectedConfig
}

// New starts an Agent that listens on a Unix socket. It ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, push: make(chan struct{}, 1), want: map[string]*expected{}, seen: map[string][]*proto.UnitObserved{}}
	s.changed = sync.NewCond(&s.mu)
	s.StubServerV2 = &mock.StubServerV2{
		ActionImpl:  func(*proto.ActionResponse) error { return nil },
		ActionsChan: make(chan *mock.PerformAction, 10), SentActions: map[string]*mock.PerformAction{},
	}
	c := newCertificates(t)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(c.ca.cert)
	own, err := tls.X509KeyPair(c.server.cert, c.server.key)
	if err != nil {
		t.Fatal(err)
	}
	srv := grpc.NewServer(grpc.Creds(credentials.NewTLS(&tls.Config{
		MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool, Certificates: []tls.Certificate{own},
	})))
	proto.RegisterElasticAgentServer(srv, s)
	s.socket = filepath.Join(t.TempDir(), "agent.sock")
	l, err := net.Listen("unix", s.socket)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(srv.Stop)
	s.info, err = protobuf.Marshal(&proto.StartUpInfo{
		Addr: "unix://" + s.socket, ServerName: serverName, Token: mock.NewID(), CaCert: c.ca.cert, PeerCert: c.peer.cert, PeerKey: c.peer.key,
		Services: []proto.ConnInfoServices{proto.ConnInfoServices_CheckinV2}, Supports: []proto.ConnectionSupports{proto.ConnectionSupports_CheckinChunking},
		MaxMessageSize: 4 << 20, AgentInfo: &proto.AgentInfo{Id: AgentID, Version: Version, Mode: proto.AgentManagedMode_STANDALONE},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Reachable lets a Beat of another user connect.
func (s *Server) Reachable() {
	s.t.Helper()
	for _, path := range []string{s.socket, filepath.Dir(s.socket), filepath.Dir(filepath.Dir(s.socket))} {
		if err := os.Chmod(path, 0o777); err != nil {
			s.t.Fatal(err)
		}
	}
}

// StartUpInfo is what a Beat reads from standard input to find the Agent.
func (s *Server) StartUpInfo() io.Reader { return bytes.NewReader(s.info) }

// Set gives a unit of the policy to the Beat, or another configuration to one that it has.
func (s *Server) Set(id string, kind proto.UnitType, cfg *proto.UnitExpectedConfig) {
	s.change(func() {
		s.index++
		s.want[id] = &expected{kind, proto.State_HEALTHY, s.index, cfg}
	})
}

// Remove asks the Beat to stop a unit, which is taken out of the policy when it says that it has.
func (s *Server) Remove(id string) { s.change(func() { s.want[id].state = proto.State_STOPPED }) }

func (s *Server) change(f func()) {
	s.mu.Lock()
	f()
	s.mu.Unlock()
	select {
	case s.push <- struct{}{}:
	default:
	}
}

// Wait waits until the Beat says of a unit that it is in a state, under its present configuration, and returns what it said.
func (s *Server) Wait(id string, state proto.State) *proto.UnitObserved {
	s.t.Helper()
	return s.WaitFor(id, state.String(), func(u *proto.UnitObserved) bool { return u.State == state })
}

// WaitFor waits until what the Beat says of a unit under its present configuration is so.
func (s *Server) WaitFor(id, what string, is func(*proto.UnitObserved) bool) *proto.UnitObserved {
	s.t.Helper()
	return s.await(id, what, func() *proto.UnitObserved {
		all, w := s.seen[id], s.want[id]
		if len(all) == 0 || w == nil {
			return nil
		}
		if u := all[len(all)-1]; u.ConfigStateIdx == w.index && is(u) {
			return u
		}
		return nil
	})
}

// WaitRemoved waits until a unit is out of the policy.
func (s *Server) WaitRemoved(id string) {
	s.t.Helper()
	s.await(id, "removed", func() *proto.UnitObserved {
		if s.want[id] == nil {
			return &proto.UnitObserved{}
		}
		return nil
	})
}

func (s *Server) await(id, what string, get func() *proto.UnitObserved) *proto.UnitObserved {
	s.t.Helper()
	late := time.AfterFunc(time.Minute, s.changed.Broadcast)
	defer late.Stop()
	begun := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if u := get(); u != nil {
			return u
		}
		if time.Since(begun) >= time.Minute {
			s.t.Fatalf("unit %s is not %s after a minute; it was: %v", id, what, s.history(id))
		}
		s.changed.Wait()
	}
}

// Said is everything that the Beat said of a unit, with its state.
func (s *Server) Said(id string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.history(id)
}

func (s *Server) history(id string) (all []string) {
	for _, u := range s.seen[id] {
		all = append(all, u.State.String()+" "+u.Message)
	}
	return all
}

// CheckinV2 is part of the protocol: it answers each observation, and pushes each change.
func (s *Server) CheckinV2(stream proto.ElasticAgent_CheckinV2Server) error {
	observed, failed := make(chan *proto.CheckinObserved), make(chan error, 1)
	go func() {
		for {
			o, err := chunk.RecvObserved(stream)
			if err != nil {
				failed <- err
				return
			}
			select {
			case observed <- o:
			case <-stream.Context().Done():
				return
			}
		}
	}()
	var last *proto.CheckinObserved
	for {
		select {
		case err := <-failed:
			return err
		case last = <-observed:
			s.note(last)
		case <-s.push:
		}
		if last == nil {
			continue // the Beat speaks first
		}
		if err := stream.Send(s.answer(last)); err != nil {
			return err
		}
	}
}

func (s *Server) note(o *proto.CheckinObserved) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range o.Units {
		all := s.seen[u.Id]
		if n := len(all); n == 0 || !protobuf.Equal(all[n-1], u) {
			s.seen[u.Id] = append(all, u)
		}
		if w := s.want[u.Id]; w != nil && w.state == proto.State_STOPPED && u.State == proto.State_STOPPED {
			delete(s.want, u.Id)
		}
	}
	s.changed.Broadcast()
}

// answer is the whole policy; of units whose configuration the Beat has, without it.
func (s *Server) answer(o *proto.CheckinObserved) *proto.CheckinExpected {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &proto.CheckinExpected{AgentInfo: &proto.AgentInfo{Id: AgentID, Version: Version}}
	for id, w := range s.want {
		u := &proto.UnitExpected{Id: id, Type: w.kind, State: w.state, ConfigStateIdx: w.index, LogLevel: proto.UnitLogLevel_INFO}
		if !slices.ContainsFunc(o.Units, func(has *proto.UnitObserved) bool { return has.Id == id && has.ConfigStateIdx == w.index }) {
			u.Config = w.cfg
		}
		a.Units = append(a.Units, u)
	}
	return a
}
