// SPDX-License-Identifier: Apache-2.0

package eapol

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol)
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "EAP", Frame: "01 00 0005 01 01 0005 01", Layers: "eapol",
			Want: map[string]string{"eapol.version": "1", "eapol.type": "0", "eapol.len": "5", "eap.code": "1", "eap.type": "1"}},
		{Name: "start", Frame: "01 01 0000 0000", Layers: "eapol",
			Want: map[string]string{"eapol.type": "1", "eap.code": ""}},
		{Name: "key", Frame: "02 03 0001 02", Layers: "eapol", Malformed: "eapol",
			Want: map[string]string{"eapol.type": "3", "eapol.keydes.type": "2"}},
		{Name: "first message of the handshake", Frame: "02 03 0061 02 008a 0010 0000000000000001 1111111111111111111111111111111111111111111111111111111111111111000000000000000000000000000000000000000000000000000000000000000022222222222222222222222222222222 0002 dd00", Layers: "eapol",
			Want: map[string]string{"eapol.keydes.type": "2", "eapol.keydes.key_info": "138", "eapol.keydes.key_len": "16", "eapol.keydes.replay_counter": "1", "eapol.keydes.msgnr": "1", "eapol.keydes.data_len": "2"}},
		{Name: "second message", Frame: "02 03 0061 02 010a 0010 0000000000000001 1111111111111111111111111111111111111111111111111111111111111111000000000000000000000000000000000000000000000000000000000000000022222222222222222222222222222222 0002 3000", Layers: "eapol",
			Want: map[string]string{"eapol.keydes.msgnr": "2"}},
		{Name: "third message", Frame: "02 03 005f fe 01ca 0010 0000000000000001 1111111111111111111111111111111111111111111111111111111111111111000000000000000000000000000000000000000000000000000000000000000022222222222222222222222222222222 0000 ", Layers: "eapol",
			Want: map[string]string{"eapol.keydes.msgnr": "3"}},
		{Name: "fourth message", Frame: "02 03 005f 02 030a 0010 0000000000000001 1111111111111111111111111111111111111111111111111111111111111111000000000000000000000000000000000000000000000000000000000000000022222222222222222222222222222222 0000 ", Layers: "eapol",
			Want: map[string]string{"eapol.keydes.msgnr": "4", "eapol.keydes.data_len": "0"}},
		{Name: "group key", Frame: "02 03 0061 02 1382 0010 0000000000000001 1111111111111111111111111111111111111111111111111111111111111111000000000000000000000000000000000000000000000000000000000000000022222222222222222222222222222222 0002 aabb", Layers: "eapol",
			Want: map[string]string{"eapol.keydes.msgnr": "1"}},
		{Name: "answer to a group key", Frame: "02 03 005f 02 0302 0010 0000000000000001 1111111111111111111111111111111111111111111111111111111111111111000000000000000000000000000000000000000000000000000000000000000022222222222222222222222222222222 0000 ", Layers: "eapol",
			Want: map[string]string{"eapol.keydes.msgnr": "2"}},
		{Name: "RC4 key", Frame: "01 03 000b 01 000d 0000000000000007", Layers: "eapol",
			Want: map[string]string{"eapol.keydes.key_len": "13", "eapol.keydes.replay_counter": "7", "eapol.keydes.key_info": ""}},
		{Name: "unknown descriptor", Frame: "01 03 0002 09 00", Layers: "eapol",
			Want: map[string]string{"eapol.keydes.type": "9", "eapol.keydes.key_len": ""}},
		{Name: "key frame cut short", Frame: "01 03 000e 02 008a 0010 0000000000000001 11", Layers: "eapol", Malformed: "eapol",
			Want: map[string]string{"eapol.keydes.replay_counter": "1", "eapol.keydes.msgnr": ""}},
		{Name: "key agreement", Frame: "03 05 0034 01 10 e02c 080027000001 0001 112233445566778899aabbcc 00000005 0080c201 11111111222222223333333344444444 00000000", Layers: "eapol",
			Want: map[string]string{"mka.version_id": "1", "mka.ks_prio": "16", "mka.key_server": "true", "mka.macsec_desired": "true", "mka.sci": "0800270000010001", "mka.actor_mi": "112233445566778899aabbcc", "mka.actor_mn": "5", "mka.cak_name": "11111111222222223333333344444444"}},
		{Name: "key agreement with too short a length", Frame: "03 05 0020 01 10 e01b 080027000001 0001 112233445566778899aabbcc 00000005 0080c201", Layers: "eapol", Malformed: "eapol",
			Want: map[string]string{"mka.cak_name": ""}},
		{Name: "key agreement cut short", Frame: "03 05 0004 01 10 e01c", Layers: "eapol", Malformed: "eapol",
			Want: map[string]string{"mka.version_id": ""}},
		{Name: "EAP of no length", Frame: "01 00 0000 01", Layers: "eapol",
			Want: map[string]string{"eap.code": ""}},
		{Name: "padding is no EAP", Frame: "01 00 0002 01 01 0005 01", Layers: "eapol", Malformed: "eapol",
			Want: map[string]string{"eap.code": ""}},
		{Name: "length beyond the packet", Frame: "01 00 0005 01", Layers: "eapol", Malformed: "eapol",
			Want: map[string]string{"eapol.len": "5"}},
		{Name: "unknown type", Frame: "01 09 0001 01", Layers: "eapol",
			Want: map[string]string{"eapol.type": "9"}},
		{Name: "too short", Frame: "01 00 00", Layers: "eapol", Malformed: "eapol",
			Want: map[string]string{"eapol.type": ""}},
		{Name: "cut by the capture", Frame: "01 03 0030", Wire: 60, Layers: "eapol", Truncated: true,
			Want: map[string]string{"eapol.type": "3"}},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "01 00 0005 01 01 0005 01")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

// Nonces, codes and keys are in no field.
func TestSecrets(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "02 03 0065 02 010a 0010 0000000000000001 c0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ff0000000000000000000000000000000000000000000000000000000000000000c0ffeec0ffeec0ffeec0ffeec0ffeec0 0006 c0ffeec0ffee")
	for id, values := range b.Run(Protocol, frame, len(frame)).Fields {
		for _, v := range values {
			if strings.Contains(v, "c0ffee") || strings.Contains(v, "\xc0\xff\xee") {
				t.Errorf("%s = %q", id, v)
			}
		}
	}
}

func FuzzEAPOL(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "01 00 0005 01 01 0005 01"), 9)
	f.Add(dissecttest.Unhex(f, "01 01 0000 0000"), 6)
	f.Add(dissecttest.Unhex(f, "02 03 0001 02"), 5)
	f.Add(dissecttest.Unhex(f, "01 00 0000 01"), 5)
	f.Add(dissecttest.Unhex(f, "01 00 0002 01 01 0005 01"), 9)
	f.Add(dissecttest.Unhex(f, "02 03 0061 02 008a 0010 0000000000000001 1111111111111111111111111111111111111111111111111111111111111111000000000000000000000000000000000000000000000000000000000000000022222222222222222222222222222222 0002 dd00"), 101)
	f.Add(dissecttest.Unhex(f, "03 05 0034 01 10 e02c 080027000001 0001 112233445566778899aabbcc 00000005 0080c201 11111111222222223333333344444444 00000000"), 56)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
