// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"fmt"
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

// TestMissingPrivilege lets a user write to another index only: the server refuses each document, and each dead letter.
func TestMissingPrivilege(t *testing.T) {
	s := es.Start(t, es.Options{Security: es.Basic})
	index, name := stream(t, s), unique()
	for path, body := range map[string]any{
		"/_security/role/" + name: map[string]any{"cluster": []string{"monitor"}, "indices": []any{
			map[string]any{"names": []string{name}, "privileges": []string{"create_doc", "auto_configure"}},
			map[string]any{"names": []string{index}, "privileges": []string{"view_index_metadata", "read"}},
		}},
		"/_security/user/" + name: map[string]any{"password": "a-password", "roles": []string{name}},
	} {
		if status, m := s.Do("PUT", path, body); status != 200 {
			t.Fatalf("PUT %s: status %d: %v", path, status, m)
		}
		t.Cleanup(func() { s.Do("DELETE", path, nil) })
	}
	run(t, "--file", demo(), "--node", s.URL, "--index", index, "-E", "setup.template.enabled=false", "-E", "setup.ilm.enabled=false",
		"-E", "output.elasticsearch.username="+name, "-E", "output.elasticsearch.password=a-password").exits(1).
		complains(fmt.Sprintf("%d packets were rejected", demoPackets), "security_exception", name).
		accounts(ledger{"packets seen": demoPackets, "acknowledged": demoPackets, "documents stored": 0, "rejected": demoPackets})
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
