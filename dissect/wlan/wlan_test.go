// SPDX-License-Identifier: Apache-2.0

package wlan

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func nothing(*dissect.Packet, []byte, int) {}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, Radio, &dissect.Protocol{Name: "llc", Dissect: nothing})
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
		{name: "data to the access point", frame: "0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", layers: "wlan:llc",
			want: map[string]string{"wlan.fc.type": "2", "wlan.fc.type_subtype": "32", "wlan.fc.ds": "1", "wlan.fc.retry": "false", "wlan.fc.protected": "false", "wlan.duration": "44", "wlan.ra": "00-00-00-00-00-01", "wlan.ta": "00-00-00-00-00-02", "wlan.bssid": "00-00-00-00-00-01", "wlan.sa": "00-00-00-00-00-02", "wlan.da": "00-00-00-00-00-03", "wlan.frag": "0", "wlan.seq": "5"}},
		{name: "QoS data from the access point", frame: "8802 2c00 000000000001 000000000002 000000000003 5000 0000 aaaa03", layers: "wlan:llc",
			want: map[string]string{"wlan.fc.type_subtype": "40", "wlan.da": "00-00-00-00-00-01", "wlan.bssid": "00-00-00-00-00-02", "wlan.sa": "00-00-00-00-00-03"}},
		{name: "between stations", frame: "0800 2c00 000000000001 000000000002 000000000003 5000 aaaa03", layers: "wlan:llc",
			want: map[string]string{"wlan.da": "00-00-00-00-00-01", "wlan.sa": "00-00-00-00-00-02", "wlan.bssid": "00-00-00-00-00-03"}},
		{name: "four addresses, QoS and HT control", frame: "8883 2c00 000000000001 000000000002 000000000003 5000 000000000004 0000 00000000 aaaa03", layers: "wlan:llc",
			want: map[string]string{"wlan.fc.ds": "3", "wlan.da": "00-00-00-00-00-03", "wlan.sa": "00-00-00-00-00-04", "wlan.bssid": ""}},
		{name: "aggregate", frame: "8801 2c00 000000000001 000000000002 000000000003 5000 8000 000000000005000000000006 0003 aaaa03 000000 000000000005000000000006 0003 aaaa03", layers: "wlan:llc:llc"},
		{name: "aggregate with a length beyond the frame", frame: "8801 2c00 000000000001 000000000002 000000000003 5000 8000 000000000005000000000006 0004 aaaa03", layers: "wlan", malformed: "wlan"},
		{name: "encrypted", frame: "8841 2c00 000000000001 000000000002 000000000003 5000 0000 aaaa03", layers: "wlan",
			want: map[string]string{"wlan.fc.protected": "true"}},
		{name: "first fragment", frame: "0805 2c00 000000000001 000000000002 000000000003 5000 aaaa03", layers: "wlan"},
		{name: "later fragment", frame: "0801 2c00 000000000001 000000000002 000000000003 5100 aaaa03", layers: "wlan",
			want: map[string]string{"wlan.frag": "1"}},
		{name: "null function", frame: "4801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", layers: "wlan",
			want: map[string]string{"wlan.fc.type_subtype": "36"}},
		{name: "beacon", frame: "8000 0000 000000000001 000000000002 000000000003 50bd 0000", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.fc.type": "0", "wlan.fc.type_subtype": "8", "wlan.da": "00-00-00-00-00-01", "wlan.bssid": "00-00-00-00-00-03", "wlan.seq": "3029"}},
		{name: "beacon with name and channel", frame: "8000 0000 000000000001 000000000002 000000000003 50bd 000000000000000064000100 0003616263 010100 030106", layers: "wlan",
			want: map[string]string{"wlan.ssid": "abc", "wlan.ds.current_channel": "6"}},
		{name: "probe request with HT control", frame: "4080 0000 000000000001 000000000002 000000000003 50bd 00000000 0003616263", layers: "wlan",
			want: map[string]string{"wlan.ssid": "abc", "wlan.ds.current_channel": ""}},
		{name: "element beyond the frame", frame: "4000 0000 000000000001 000000000002 000000000003 50bd 0003616263 030206", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.ssid": "abc"}},
		{name: "encrypted management frame", frame: "4040 0000 000000000001 000000000002 000000000003 50bd 0003616263", layers: "wlan",
			want: map[string]string{"wlan.ssid": ""}},
		{name: "deauthentication has no elements", frame: "c000 0000 000000000001 000000000002 000000000003 50bd 0003", layers: "wlan",
			want: map[string]string{"wlan.seq": "3029"}},
		{name: "Ack", frame: "d400 0000 000000000001", layers: "wlan",
			want: map[string]string{"wlan.fc.type": "1", "wlan.fc.type_subtype": "29", "wlan.ra": "00-00-00-00-00-01", "wlan.ta": ""}},
		{name: "RTS", frame: "b408 0000 000000000001 000000000002", layers: "wlan",
			want: map[string]string{"wlan.fc.retry": "true", "wlan.ra": "00-00-00-00-00-01", "wlan.ta": "00-00-00-00-00-02"}},
		{name: "half an RTS", frame: "b400 0000 000000000001 0000", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.ra": "00-00-00-00-00-01", "wlan.ta": ""}},
		{name: "control frame of another form", frame: "2400 0000", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.fc.type_subtype": "18", "wlan.ra": ""}},
		{name: "beacon with all elements", frame: "8000 0000 000000000001 000000000002 000000000003 50bd 0000000000000000 6400 1104 0003616263 010882848b960c121824 0706 444520 010d14 3018 0100 000fac04 0200 000fac04 000fac02 0100 000fac02 c000 3202 3048 3d02 0600 dd16 0050f201 0100 0050f202 0100 0050f204 0100 0050f202", layers: "wlan",
			want: map[string]string{"wlan.fixed.beacon": "100", "wlan.fixed.capabilities": "1041", "wlan.tag.number": "0,1,7,48,50,61,221", "wlan.supported_rates": "130,132,139,150,12,18,24,36", "wlan.extended_supported_rates": "48,72", "wlan.country_info.code": "DE", "wlan.rsn.version": "1", "wlan.rsn.gcs.type": "4", "wlan.rsn.pcs.type": "4,2", "wlan.rsn.akms.type": "2", "wlan.rsn.capabilities.mfpr": "true", "wlan.rsn.capabilities.mfpc": "true", "wlan.ht.info.primarychannel": "6", "wlan.tag.oui": "20722", "wlan.wfa.ie.wpa.mcs.type": "2", "wlan.wfa.ie.wpa.ucs.type": "4", "wlan.wfa.ie.wpa.akms.type": "2"}},
		{name: "any network", frame: "4000 0000 000000000001 000000000002 000000000003 50bd 0000", layers: "wlan",
			want: map[string]string{"wlan.ssid": "<MISSING>"}},
		{name: "security element that ends early", frame: "4000 0000 000000000001 000000000002 000000000003 50bd 3006 0100 000fac04", layers: "wlan",
			want: map[string]string{"wlan.rsn.gcs.type": "4", "wlan.rsn.pcs.type": ""}},
		{name: "security element with more ciphers than bytes", frame: "4000 0000 000000000001 000000000002 000000000003 50bd 300a 0100 000fac04 0900 000f", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.rsn.gcs.type": "4", "wlan.rsn.pcs.type": ""}},
		{name: "security element without a version", frame: "4000 0000 000000000001 000000000002 000000000003 50bd 3001 01", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.rsn.version": ""}},
		{name: "vendor element of a byte", frame: "4000 0000 000000000001 000000000002 000000000003 50bd dd01 01", layers: "wlan", malformed: "wlan"},
		{name: "association refused", frame: "1000 0000 000000000001 000000000002 000000000003 50bd 0100 1100 05c0 010104", layers: "wlan",
			want: map[string]string{"wlan.fixed.status_code": "17", "wlan.fixed.aid": "5", "wlan.supported_rates": "4"}},
		{name: "reassociation", frame: "2000 0000 000000000001 000000000002 000000000003 50bd 0100 0a00 000000000009 0003616263", layers: "wlan",
			want: map[string]string{"wlan.fixed.current_ap": "00-00-00-00-00-09", "wlan.ssid": "abc"}},
		{name: "open authentication", frame: "b000 0000 000000000001 000000000002 000000000003 50bd 0000 0100 0000 dd03001122", layers: "wlan",
			want: map[string]string{"wlan.fixed.auth.alg": "0", "wlan.fixed.auth_seq": "1", "wlan.fixed.status_code": "0", "wlan.tag.oui": "4386"}},
		{name: "SAE has no elements", frame: "b000 0000 000000000001 000000000002 000000000003 50bd 0300 0100 0000 1300aa", layers: "wlan",
			want: map[string]string{"wlan.fixed.auth.alg": "3", "wlan.tag.number": ""}},
		{name: "disassociation", frame: "a000 0000 000000000001 000000000002 000000000003 50bd 0800", layers: "wlan",
			want: map[string]string{"wlan.fixed.reason_code": "8"}},
		{name: "action", frame: "d000 0000 000000000001 000000000002 000000000003 50bd 03 00 0100", layers: "wlan",
			want: map[string]string{"wlan.fixed.category_code": "3", "wlan.fixed.action_code": "0", "wlan.tag.number": ""}},
		{name: "authentication cut short", frame: "b000 0000 000000000001 000000000002 000000000003 50bd 0000 01", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.fixed.auth.alg": ""}},
		{name: "block ack", frame: "9400 0000 000000000001 000000000002 0550 6000 ffffffffffffffff", layers: "wlan",
			want: map[string]string{"wlan.ta": "00-00-00-00-00-02", "wlan.ba.control": "20485", "wlan.ba.basic.tidinfo": "5", "wlan.fixed.ssc.sequence": "6"}},
		{name: "block ack cut short", frame: "9400 0000 000000000001 000000000002 05", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.ba.control": ""}},
		{name: "poll", frame: "a400 34c0 000000000001 000000000002", layers: "wlan",
			want: map[string]string{"wlan.aid": "52", "wlan.duration": "", "wlan.bssid": "00-00-00-00-00-01", "wlan.ta": "00-00-00-00-00-02"}},
		{name: "end of a contention-free period", frame: "e400 0000 000000000001 000000000002", layers: "wlan",
			want: map[string]string{"wlan.bssid": "00-00-00-00-00-02", "wlan.ta": ""}},
		{name: "extended control frame", frame: "6408 3400 000000000001 000000000002", layers: "wlan",
			want: map[string]string{"wlan.fc.type_subtype": "360", "wlan.fc.ds": "", "wlan.ta": "00-00-00-00-00-02"}},
		{name: "extended control frame of one address", frame: "6406 3400 000000000001", layers: "wlan",
			want: map[string]string{"wlan.fc.type_subtype": "358", "wlan.ra": "00-00-00-00-00-01"}},
		{name: "60 GHz beacon", frame: "0c00 3400 000000000001", layers: "wlan",
			want: map[string]string{"wlan.fc.type_subtype": "48", "wlan.bssid": "00-00-00-00-00-01"}},
		{name: "sub-1-GHz beacon", frame: "1c00 3400 000000000001", layers: "wlan",
			want: map[string]string{"wlan.fc.ds": "", "wlan.sa": "00-00-00-00-00-01"}},
		{name: "short frame to a station", frame: "0100 000000000001 e890 0002", layers: "wlan",
			want: map[string]string{"wlan.fc.type": "0", "wlan.fc.type_subtype": "", "wlan.ra": "00-00-00-00-00-01", "wlan.seq": "32"}},
		{name: "short frame from an access point", frame: "0101 e890 000000000001 0002", layers: "wlan",
			want: map[string]string{"wlan.ra": "", "wlan.ta": "00-00-00-00-00-01", "wlan.seq": "32"}},
		{name: "short frame with both addresses", frame: "0d00 000000000001 000000000002 0002", layers: "wlan",
			want: map[string]string{"wlan.fc.type": "3", "wlan.ra": "00-00-00-00-00-01", "wlan.ta": "00-00-00-00-00-02"}},
		{name: "short frame of another type", frame: "1500", layers: "wlan",
			want: map[string]string{"wlan.fc.type": "5", "wlan.ra": ""}},
		{name: "short frame cut short", frame: "0100 0000", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.fc.type": "0"}},
		{name: "unknown version", frame: "0200 3400", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.fc.type": ""}},
		{name: "extension", frame: "0c00 0000", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.fc.type": "3"}},
		{name: "no fourth address", frame: "0803 2c00 000000000001 000000000002 000000000003 5000", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.ra": ""}},
		{name: "no QoS", frame: "8801 2c00 000000000001 000000000002 000000000003 5000", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.ra": "00-00-00-00-00-01"}},
		{name: "data without a body", frame: "0801 2c00 000000000001 000000000002 000000000003 5000", layers: "wlan"},
		{name: "too short for addresses", frame: "0801 2c00 000000000001", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.duration": "44", "wlan.ra": ""}},
		{name: "too short", frame: "08", layers: "wlan", malformed: "wlan",
			want: map[string]string{"wlan.fc.type": ""}},
		{name: "cut by the capture", frame: "0801 2c00 0000", wire: 60, layers: "wlan", truncated: true},
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
	frame := unhex(t, "0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzWLAN(f *testing.F) {
	f.Add(unhex(f, "0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03"), 27)
	f.Add(unhex(f, "8802 2c00 000000000001 000000000002 000000000003 5000 0000 aaaa03"), 29)
	f.Add(unhex(f, "0800 2c00 000000000001 000000000002 000000000003 5000 aaaa03"), 27)
	f.Add(unhex(f, "8883 2c00 000000000001 000000000002 000000000003 5000 000000000004 0000 00000000 aaaa03"), 39)
	f.Add(unhex(f, "8801 2c00 000000000001 000000000002 000000000003 5000 8000 000000000005000000000006 0003 aaaa03 000000 000000000005000000000006 0003 aaaa03"), 63)
	f.Add(unhex(f, "8000 0000 000000000001 000000000002 000000000003 50bd 0000000000000000 6400 1104 0003616263 010882848b960c121824 0706 444520 010d14 3018 0100 000fac04 0200 000fac04 000fac02 0100 000fac02 c000 3202 3048 3d02 0600 dd16 0050f201 0100 0050f202 0100 0050f204 0100 0050f202"), 128)
	f.Add(unhex(f, "9400 0000 000000000001 000000000002 0550 6000 ffffffffffffffff"), 24)
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}

// A name of no bytes stands for any network: outside compat mode it is no name.
func TestWildcard(t *testing.T) {
	b := bench()
	b.P.Options.Wireshark = false
	frame := unhex(t, "4000 0000 000000000001 000000000002 000000000003 50bd 0000 0101 02")
	b.Run(Protocol, frame, len(frame)).Check(t, map[string]string{"wlan.ssid": "", "wlan.supported_rates": "2"})
}
