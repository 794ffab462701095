// SPDX-License-Identifier: Apache-2.0

package eapol

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol)
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatalf("frame %q: %v", s, err)
	}
	return b
}

func TestDissect(t *testing.T) {
	tests := []struct {
		name              string
		frame             string
		wire              int // 0: all was captured
		layers, malformed string
		truncated         bool
		want              map[string]string
	}{
		{name: "EAP", frame: "01 00 0005 01 01 0005 01", layers: "eapol",
			want: map[string]string{"eapol.version": "1", "eapol.type": "0", "eapol.len": "5", "eap.code": "1", "eap.type": "1"}},
		{name: "start", frame: "01 01 0000 0000", layers: "eapol",
			want: map[string]string{"eapol.type": "1", "eap.code": ""}},
		{name: "key", frame: "02 03 0001 02", layers: "eapol", malformed: "eapol",
			want: map[string]string{"eapol.type": "3", "eapol.keydes.type": "2"}},
		{name: "first message of the handshake", frame: "02 03 0061 02 008a 0010 0000000000000001 1111111111111111111111111111111111111111111111111111111111111111000000000000000000000000000000000000000000000000000000000000000022222222222222222222222222222222 0002 dd00", layers: "eapol",
			want: map[string]string{"eapol.keydes.type": "2", "eapol.keydes.key_info": "138", "eapol.keydes.key_len": "16", "eapol.keydes.replay_counter": "1", "eapol.keydes.msgnr": "1", "eapol.keydes.data_len": "2"}},
		{name: "second message", frame: "02 03 0061 02 010a 0010 0000000000000001 1111111111111111111111111111111111111111111111111111111111111111000000000000000000000000000000000000000000000000000000000000000022222222222222222222222222222222 0002 3000", layers: "eapol",
			want: map[string]string{"eapol.keydes.msgnr": "2"}},
		{name: "third message", frame: "02 03 005f fe 01ca 0010 0000000000000001 1111111111111111111111111111111111111111111111111111111111111111000000000000000000000000000000000000000000000000000000000000000022222222222222222222222222222222 0000 ", layers: "eapol",
			want: map[string]string{"eapol.keydes.msgnr": "3"}},
		{name: "fourth message", frame: "02 03 005f 02 030a 0010 0000000000000001 1111111111111111111111111111111111111111111111111111111111111111000000000000000000000000000000000000000000000000000000000000000022222222222222222222222222222222 0000 ", layers: "eapol",
			want: map[string]string{"eapol.keydes.msgnr": "4", "eapol.keydes.data_len": "0"}},
		{name: "group key", frame: "02 03 0061 02 1382 0010 0000000000000001 1111111111111111111111111111111111111111111111111111111111111111000000000000000000000000000000000000000000000000000000000000000022222222222222222222222222222222 0002 aabb", layers: "eapol",
			want: map[string]string{"eapol.keydes.msgnr": "1"}},
		{name: "answer to a group key", frame: "02 03 005f 02 0302 0010 0000000000000001 1111111111111111111111111111111111111111111111111111111111111111000000000000000000000000000000000000000000000000000000000000000022222222222222222222222222222222 0000 ", layers: "eapol",
			want: map[string]string{"eapol.keydes.msgnr": "2"}},
		{name: "RC4 key", frame: "01 03 000b 01 000d 0000000000000007", layers: "eapol",
			want: map[string]string{"eapol.keydes.key_len": "13", "eapol.keydes.replay_counter": "7", "eapol.keydes.key_info": ""}},
		{name: "unknown descriptor", frame: "01 03 0002 09 00", layers: "eapol",
			want: map[string]string{"eapol.keydes.type": "9", "eapol.keydes.key_len": ""}},
		{name: "key frame cut short", frame: "01 03 000e 02 008a 0010 0000000000000001 11", layers: "eapol", malformed: "eapol",
			want: map[string]string{"eapol.keydes.replay_counter": "1", "eapol.keydes.msgnr": ""}},
		{name: "key agreement", frame: "03 05 0034 01 10 e02c 080027000001 0001 112233445566778899aabbcc 00000005 0080c201 11111111222222223333333344444444 00000000", layers: "eapol",
			want: map[string]string{"mka.version_id": "1", "mka.ks_prio": "16", "mka.key_server": "true", "mka.macsec_desired": "true", "mka.sci": "0800270000010001", "mka.actor_mi": "112233445566778899aabbcc", "mka.actor_mn": "5", "mka.cak_name": "11111111222222223333333344444444"}},
		{name: "key agreement with too short a length", frame: "03 05 0020 01 10 e01b 080027000001 0001 112233445566778899aabbcc 00000005 0080c201", layers: "eapol", malformed: "eapol",
			want: map[string]string{"mka.cak_name": ""}},
		{name: "key agreement cut short", frame: "03 05 0004 01 10 e01c", layers: "eapol", malformed: "eapol",
			want: map[string]string{"mka.version_id": ""}},
		{name: "EAP of no length", frame: "01 00 0000 01", layers: "eapol",
			want: map[string]string{"eap.code": ""}},
		{name: "padding is no EAP", frame: "01 00 0002 01 01 0005 01", layers: "eapol", malformed: "eapol",
			want: map[string]string{"eap.code": ""}},
		{name: "length beyond the packet", frame: "01 00 0005 01", layers: "eapol", malformed: "eapol",
			want: map[string]string{"eapol.len": "5"}},
		{name: "unknown type", frame: "01 09 0001 01", layers: "eapol",
			want: map[string]string{"eapol.type": "9"}},
		{name: "too short", frame: "01 00 00", layers: "eapol", malformed: "eapol",
			want: map[string]string{"eapol.type": ""}},
		{name: "cut by the capture", frame: "01 03 0030", wire: 60, layers: "eapol", truncated: true,
			want: map[string]string{"eapol.type": "3"}},
	}
	b := bench()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := unhex(t, tt.frame)
			r := b.Run(Protocol, frame, max(tt.wire, len(frame)))
			if r.Layers != tt.layers || r.Malformed != tt.malformed || r.Truncated != tt.truncated {
				t.Errorf("layers %q malformed %q truncated %v, want %q %q %v", r.Layers, r.Malformed, r.Truncated, tt.layers, tt.malformed, tt.truncated)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := unhex(t, "01 00 0005 01 01 0005 01")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

// Nonces, codes and keys are in no field.
func TestSecrets(t *testing.T) {
	b := bench()
	frame := unhex(t, "02 03 0065 02 010a 0010 0000000000000001 c0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ff0000000000000000000000000000000000000000000000000000000000000000c0ffeec0ffeec0ffeec0ffeec0ffeec0 0006 c0ffeec0ffee")
	for id, values := range b.Run(Protocol, frame, len(frame)).Fields {
		for _, v := range values {
			if strings.Contains(v, "c0ffee") || strings.Contains(v, "\xc0\xff\xee") {
				t.Errorf("%s = %q", id, v)
			}
		}
	}
}

func FuzzEAPOL(f *testing.F) {
	f.Add(unhex(f, "01 00 0005 01 01 0005 01"), 9)
	f.Add(unhex(f, "01 01 0000 0000"), 6)
	f.Add(unhex(f, "02 03 0001 02"), 5)
	f.Add(unhex(f, "01 00 0000 01"), 5)
	f.Add(unhex(f, "01 00 0002 01 01 0005 01"), 9)
	f.Add(unhex(f, "02 03 0061 02 008a 0010 0000000000000001 1111111111111111111111111111111111111111111111111111111111111111000000000000000000000000000000000000000000000000000000000000000022222222222222222222222222222222 0002 dd00"), 101)
	f.Add(unhex(f, "03 05 0034 01 10 e02c 080027000001 0001 112233445566778899aabbcc 00000005 0080c201 11111111222222223333333344444444 00000000"), 56)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
