// SPDX-License-Identifier: Apache-2.0

package agentserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/elastic/elastic-agent-client/v7/pkg/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

// Settings are those of a policy, as in its YAML.
type Settings = map[string]any

// Input is a unit of espbeat's input: one stream of each of the given settings, whose data stream their key "dataset" names (espbeat.packet
// without it).
func Input(t testing.TB, id string, streams ...Settings) *proto.UnitExpectedConfig {
	t.Helper()
	var list []any
	for i, s := range streams {
		dataset, _ := s["dataset"].(string)
		if delete(s, "dataset"); dataset == "" {
			dataset = "espbeat.packet"
		}
		if s["id"] == nil {
			s["id"] = id + "-" + string(rune('a'+i))
		}
		s["data_stream"] = Settings{"dataset": dataset, "type": "logs"}
		list = append(list, s)
	}
	return Unit(t, id, "espbeat/packet", Settings{
		"id": id, "type": "espbeat/packet", "name": id, "use_output": "default", "data_stream": Settings{"namespace": "default"},
		"policy": Settings{"revision": 3}, "meta": Settings{"package": Settings{"name": "espbeat", "version": "0.1.0"}}, "streams": list,
	})
}

// Unit is what the Agent makes of a section of a policy: the known settings are copied out, and its source is all of them.
func Unit(t testing.TB, id, kind string, m Settings) *proto.UnitExpectedConfig {
	t.Helper()
	u := &proto.UnitExpectedConfig{Id: id, Type: kind, Source: source(t, m), DataStream: dataStream(t, m)}
	u.Name, _ = m["name"].(string)
	streams, _ := m["streams"].([]any)
	for _, s := range streams {
		m := s.(Settings)
		id, _ := m["id"].(string)
		u.Streams = append(u.Streams, &proto.Stream{Id: id, Source: source(t, m), DataStream: dataStream(t, m)})
	}
	return u
}

func source(t testing.TB, m Settings) *structpb.Struct {
	t.Helper()
	s, err := structpb.NewStruct(m)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func dataStream(t testing.TB, m Settings) *proto.DataStream {
	t.Helper()
	ds, _ := m["data_stream"].(Settings)
	if ds == nil {
		return nil
	}
	text := func(key string) string { s, _ := ds[key].(string); return s }
	return &proto.DataStream{Source: source(t, ds), Dataset: text("dataset"), Type: text("type"), Namespace: text("namespace")}
}

const serverName = "agent.test"

// pair is a certificate with its key, PEM.
type pair struct{ cert, key []byte }

type certificates struct{ ca, server, peer pair }

func newCertificates(t testing.TB) certificates {
	t.Helper()
	ca, root, key := certificate(t, "ca.test", nil, nil)
	server, _, _ := certificate(t, serverName, root, key)
	peer, _, _ := certificate(t, "beat.test", root, key)
	return certificates{ca, server, peer}
}

// certificate makes one that parent signs; nil makes a certificate authority.
func certificate(t testing.TB, name string, parent *x509.Certificate, by *ecdsa.PrivateKey) (pair, *x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	if parent == nil {
		c.IsCA, c.BasicConstraintsValid = true, true
		c.KeyUsage |= x509.KeyUsageCertSign
		parent, by = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, by)
	must(err)
	made, err := x509.ParseCertificate(der)
	must(err)
	text, err := x509.MarshalPKCS8PrivateKey(key)
	must(err)
	return pair{
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: text}),
	}, made, key
}
