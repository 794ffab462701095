// SPDX-License-Identifier: Apache-2.0

package ntlmssp

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

var le = binary.LittleEndian

// builder makes a message: what at points to stands behind its head.
type builder struct {
	head []byte
	tail string
}

func newBuilder(kind uint32, size int) *builder {
	b := &builder{head: make([]byte, size)}
	copy(b.head, signature)
	le.PutUint32(b.head[8:], kind)
	return b
}

func (b *builder) at(offset int, value string) *builder {
	le.PutUint16(b.head[offset:], uint16(len(value)))                //nolint:gosec // short
	le.PutUint16(b.head[offset+2:], uint16(len(value)))              //nolint:gosec // short
	le.PutUint32(b.head[offset+4:], uint32(len(b.head)+len(b.tail))) //nolint:gosec // short
	b.tail += value
	return b
}

func (b *builder) u32(offset int, v uint32) *builder {
	le.PutUint32(b.head[offset:], v)
	return b
}

func (b *builder) String() string { return string(b.head) + b.tail }

// wide is ASCII as UTF-16.
func wide(s string) string { return strings.Join(strings.Split(s, ""), "\x00") + "\x00" }

func attribute(id byte, value string) string {
	return string([]byte{id, 0, byte(len(value)), 0}) + value
}

const canary = "c4n4ryc4"

var (
	asks = newBuilder(negotiate, 40).u32(12, flagUnicode|flagVersion).at(16, "DOM").at(24, "HOST").u32(32, 0x4a610000|10).String()
	told = newBuilder(challenge, 56).u32(20, flagUnicode|flagTargetInfo|flagVersion).at(12, wide("DOM")).
		at(40, attribute(2, wide("DOM"))+attribute(1, wide("SRV"))+attribute(4, wide("d.example"))+attribute(3, wide("srv.d.example"))+attribute(5, wide("example"))+
			attribute(7, "\x00\x80\x3e\xd5\xde\xb1\x9d\x01")+attribute(9, "")+attribute(0, "")).String()
	logsIn = newBuilder(authenticate, 72).u32(60, flagUnicode).at(12, strings.Repeat("\x00", 24)).at(20, strings.Repeat(canary, 5)).at(28, wide("DOM")).at(36, wide("al")+"\x3d\xd8\x00\xde").
		at(44, wide("PC-1")).at(52, canary).String()
)

func newBench() *dissecttest.Bench { return dissecttest.New(nil, Protocol) }

func TestMessages(t *testing.T) {
	challenged := []byte(told)
	copy(challenged[24:], canary)
	for _, tt := range []struct {
		name, message string
		malformed     string
		want          map[string]string
	}{
		{"negotiate", asks, "", map[string]string{"ntlmssp.messagetype": "1", "ntlmssp.negotiate.domain": "DOM", "ntlmssp.negotiate.callingworkstation": "HOST", "related.hosts": "HOST", "ntlmssp.version": "10.0.19041"}},
		{"a short negotiate", asks[:16], "", map[string]string{"ntlmssp.messagetype": "1", "ntlmssp.negotiateflags": "33554433"}},
		{"challenge", string(challenged), "", map[string]string{"ntlmssp.messagetype": "2", "ntlmssp.challenge.target_name": "DOM", "ntlmssp.challenge.nb_computer_name": "SRV", "ntlmssp.challenge.nb_domain_name": "DOM",
			"ntlmssp.challenge.dns_computer_name": "srv.d.example", "ntlmssp.challenge.dns_domain_name": "d.example", "ntlmssp.challenge.dns_tree_name": "example", "related.hosts": "SRV,srv.d.example",
			"ntlmssp.challenge.timestamp": "1970-01-01T00:00:00.000000000Z", "ntlmssp.challenge.value": "[redacted]"}},
		{"authenticate", logsIn, "", map[string]string{"ntlmssp.messagetype": "3", "ntlmssp.auth.username": "al😀", "ntlmssp.auth.domain": "DOM", "ntlmssp.auth.hostname": "PC-1", "user.name": "al😀", "user.domain": "DOM",
			"related.user": "al😀", "related.hosts": "PC-1", "ntlmssp.ntlm_version": "2", "ntlmssp.auth.ntresponse": "[redacted]", "ntlmssp.auth.lmresponse": "[redacted]", "ntlmssp.auth.sesskey": "[redacted]"}},
		{"a user without a password", newBuilder(authenticate, 64).at(28, "").u32(32, 64).u32(60, 2).at(36, "guest").String(), "", map[string]string{"ntlmssp.auth.username": "guest", "ntlmssp.ntlm_version": "0"}},
		{"NTLM of an old client without flags", newBuilder(authenticate, 52).at(28, wide("D")).at(36, wide("u")).at(20, strings.Repeat("r", 24)).String(), "", map[string]string{"ntlmssp.auth.username": "u", "ntlmssp.ntlm_version": "1",
			"ntlmssp.negotiateflags": ""}},
		{"a signature", "\x01\x00\x00\x00abcdefgh\x00\x00\x00\x00", "", map[string]string{"ntlmssp.messagetype": ""}},
		{"neither", "abcdefgh", "ntlmssp", nil},
		{"too short for a type", signature, "ntlmssp", nil},
		{"an unknown type", signature + "\x09\x00\x00\x00", "ntlmssp", map[string]string{"ntlmssp.messagetype": "9"}},
		{"a text beyond the end", string(newBuilder(authenticate, 64).u32(60, flagUnicode).at(36, wide("u")).String()[:64]) + "u", "ntlmssp", map[string]string{"ntlmssp.auth.username": ""}},
		{"attributes that do not end", newBuilder(challenge, 48).u32(20, flagTargetInfo).at(40, attribute(1, wide("SRV"))+"\x02").String(), "ntlmssp", map[string]string{"ntlmssp.challenge.nb_computer_name": "SRV"}},
		{"an attribute longer than all", newBuilder(challenge, 48).u32(20, flagTargetInfo).at(40, "\x01\x00\xff\x00ab").String(), "ntlmssp", map[string]string{"ntlmssp.challenge.nb_computer_name": ""}},
		{"no attributes", newBuilder(challenge, 48).u32(20, flagTargetInfo).String(), "", nil},
		{"an impossible offset", newBuilder(authenticate, 64).u32(60, flagUnicode).u32(32, 0xffffffff).u32(28, 0x00040004).String(), "ntlmssp", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench()
			r := b.Run(Protocol, []byte(tt.message), len(tt.message))
			if r.Layers != "ntlmssp" || r.Malformed != tt.malformed {
				t.Errorf("layers %q malformed %q", r.Layers, r.Malformed)
			}
			r.Check(t, tt.want)
			if strings.Contains(string(b.Out.Arena), canary) {
				t.Error("a secret is in the record")
			}
		})
	}
}

func TestCut(t *testing.T) {
	r := newBench().Run(Protocol, []byte(logsIn)[:140], len(logsIn))
	if !r.Truncated || r.Malformed != "" {
		t.Errorf("truncated %v malformed %q", r.Truncated, r.Malformed)
	}
}

func TestIs(t *testing.T) {
	for data, want := range map[string]bool{asks: true, signature: false, "\x01\x00\x00\x00abcdefgh\x00\x00\x00\x00": false} {
		if Is([]byte(data)) != want {
			t.Errorf("%q", data)
		}
	}
}

func TestAppendInfo(t *testing.T) {
	carrier := &dissect.Protocol{Name: "carrier", Summary: AppendInfo}
	for data, want := range map[string]string{asks: ", NTLMSSP_NEGOTIATE", told: ", NTLMSSP_CHALLENGE", logsIn: `, NTLMSSP_AUTH, User: DOM\al😀`, "\x01\x00\x00\x00": "", signature + "\x09\x00\x00\x00": ""} {
		b := newBench()
		b.Dissect(Protocol, []byte(data), len(data))
		if got := b.Summary(carrier); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzNTLMSSP(f *testing.F) {
	for _, s := range []string{asks, told, logsIn} {
		f.Add([]byte(s), 0)
	}
	b := newBench()
	f.Fuzz(func(t *testing.T, data []byte, more int) {
		r := b.Run(Protocol, data, len(data)+max(0, min(more, 1000)))
		b.Invariants(t)
		if len(r.Fields["ntlmssp.auth.username"]) > 0 && r.Fields["ntlmssp.messagetype"][0] != "3" {
			t.Fatalf("%v", r.Fields)
		}
	})
}
