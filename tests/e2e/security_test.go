// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"testing"

	"github.com/espbeat/espbeat/tests/internal/es"
)

func TestUserAndPassword(t *testing.T) {
	s := es.Start(t, es.Options{Security: es.Basic})
	index := stream(t, s)
	args := []string{"--file", demo(), "--node", s.URL, "--index", index}
	run(t, args...).exits(1).complains(s.URL, "401 Unauthorized", "output.elasticsearch.username")
	run(t, append(args, "-E", "output.elasticsearch.username="+s.User, "-E", "output.elasticsearch.password=wrong")...).exits(1).
		complains("401 Unauthorized")
	run(t, append(args, "-E", "output.elasticsearch.username="+s.User, "-E", "output.elasticsearch.password="+s.Password)...).exits(0).
		accounts(everything())
	s.Refresh(index)
	if n := s.Count(index, nil); n != demoPackets {
		t.Errorf("%d documents", n)
	}
}

func TestTLS(t *testing.T) {
	s := es.Start(t, es.Options{Security: es.TLS})
	index := stream(t, s)
	args := []string{"--file", demo(), "--node", s.URL, "--index", index,
		"-E", "output.elasticsearch.username=" + s.User, "-E", "output.elasticsearch.password=" + s.Password}
	run(t, args...).exits(1).complains("x509", "ssl.certificate_authorities")
	run(t, append(args, "-E", "output.elasticsearch.ssl.certificate_authorities=["+s.CAFile+"]")...).exits(0).accounts(everything())
	s.Refresh(index)
	if n := s.Count(index, nil); n != demoPackets {
		t.Errorf("%d documents", n)
	}
}

// The same with an imitation, which needs no Java.

func TestRefusedAuthorizationEndsTheRun(t *testing.T) {
	s := es.NewSink(t, es.SinkOptions{Authorization: "ApiKey aWQ6a2V5"})
	args := []string{"--file", demo(), "--node", s.URL}
	run(t, args...).exits(1).complains("401 Unauthorized", "api_key").
		accounts(ledger{"packets seen": demoPackets, "acknowledged": 0, "not acknowledged": demoPackets, "documents stored": 0})
	run(t, append(args, "-E", "output.elasticsearch.api_key=id:key")...).exits(0).accounts(everything())
}

func TestUnknownAuthorityEndsTheRun(t *testing.T) {
	s := es.NewSink(t, es.SinkOptions{TLS: true})
	args := []string{"--file", demo(), "--node", s.URL}
	run(t, args...).exits(1).complains("x509", "ssl.certificate_authorities")
	run(t, append(args, "-E", "output.elasticsearch.ssl.certificate_authorities=["+s.CAFile+"]")...).exits(0).accounts(everything())
}

func TestTLSToAPlainPort(t *testing.T) {
	s := es.NewSink(t, es.SinkOptions{})
	run(t, "--file", demo(), "--node", "https"+s.URL[len("http"):]).exits(1).complains("HTTP response to HTTPS client", "--node")
}
