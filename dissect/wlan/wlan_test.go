// SPDX-License-Identifier: Apache-2.0

package wlan

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func nothing(*dissect.Packet, []byte, int) {}

func bench() *dissecttest.Bench {
	return dissecttest.New(nil, Protocol, Radio, &dissect.Protocol{Name: "llc", Dissect: nothing})
}

func TestDissect(t *testing.T) {
	tests := []dissecttest.Case{
		{Name: "data to the access point", Frame: "0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", Layers: "wlan:llc",
			Want: map[string]string{"wlan.fc.type": "2", "wlan.fc.type_subtype": "32", "wlan.fc.ds": "1", "wlan.fc.retry": "false", "wlan.fc.protected": "false", "wlan.duration": "44", "wlan.ra": "00-00-00-00-00-01", "wlan.ta": "00-00-00-00-00-02", "wlan.bssid": "00-00-00-00-00-01", "wlan.sa": "00-00-00-00-00-02", "wlan.da": "00-00-00-00-00-03", "wlan.frag": "0", "wlan.seq": "5"}},
		{Name: "QoS data from the access point", Frame: "8802 2c00 000000000001 000000000002 000000000003 5000 0000 aaaa03", Layers: "wlan:llc",
			Want: map[string]string{"wlan.fc.type_subtype": "40", "wlan.da": "00-00-00-00-00-01", "wlan.bssid": "00-00-00-00-00-02", "wlan.sa": "00-00-00-00-00-03"}},
		{Name: "between stations", Frame: "0800 2c00 000000000001 000000000002 000000000003 5000 aaaa03", Layers: "wlan:llc",
			Want: map[string]string{"wlan.da": "00-00-00-00-00-01", "wlan.sa": "00-00-00-00-00-02", "wlan.bssid": "00-00-00-00-00-03"}},
		{Name: "four addresses, QoS and HT control", Frame: "8883 2c00 000000000001 000000000002 000000000003 5000 000000000004 0000 00000000 aaaa03", Layers: "wlan:llc",
			Want: map[string]string{"wlan.fc.ds": "3", "wlan.da": "00-00-00-00-00-03", "wlan.sa": "00-00-00-00-00-04", "wlan.bssid": ""}},
		{Name: "aggregate", Frame: "8801 2c00 000000000001 000000000002 000000000003 5000 8000 000000000005000000000006 0003 aaaa03 000000 000000000005000000000006 0003 aaaa03", Layers: "wlan:llc:llc"},
		{Name: "aggregate with a length beyond the frame", Frame: "8801 2c00 000000000001 000000000002 000000000003 5000 8000 000000000005000000000006 0004 aaaa03", Layers: "wlan", Malformed: "wlan"},
		{Name: "encrypted", Frame: "8841 2c00 000000000001 000000000002 000000000003 5000 0000 aaaa03", Layers: "wlan",
			Want: map[string]string{"wlan.fc.protected": "true"}},
		{Name: "first fragment", Frame: "0805 2c00 000000000001 000000000002 000000000003 5000 aaaa03", Layers: "wlan"},
		{Name: "later fragment", Frame: "0801 2c00 000000000001 000000000002 000000000003 5100 aaaa03", Layers: "wlan",
			Want: map[string]string{"wlan.frag": "1"}},
		{Name: "null function", Frame: "4801 2c00 000000000001 000000000002 000000000003 5000 aaaa03", Layers: "wlan",
			Want: map[string]string{"wlan.fc.type_subtype": "36"}},
		{Name: "beacon", Frame: "8000 0000 000000000001 000000000002 000000000003 50bd 0000", Layers: "wlan", Malformed: "wlan",
			Want: map[string]string{"wlan.fc.type": "0", "wlan.fc.type_subtype": "8", "wlan.da": "00-00-00-00-00-01", "wlan.bssid": "00-00-00-00-00-03", "wlan.seq": "3029"}},
		{Name: "beacon with name and channel", Frame: "8000 0000 000000000001 000000000002 000000000003 50bd 000000000000000064000100 0003616263 010100 030106", Layers: "wlan",
			Want: map[string]string{"wlan.ssid": "abc", "wlan.ds.current_channel": "6"}},
		{Name: "probe request with HT control", Frame: "4080 0000 000000000001 000000000002 000000000003 50bd 00000000 0003616263", Layers: "wlan",
			Want: map[string]string{"wlan.ssid": "abc", "wlan.ds.current_channel": ""}},
		{Name: "element beyond the frame", Frame: "4000 0000 000000000001 000000000002 000000000003 50bd 0003616263 030206", Layers: "wlan", Malformed: "wlan",
			Want: map[string]string{"wlan.ssid": "abc"}},
		{Name: "encrypted management frame", Frame: "4040 0000 000000000001 000000000002 000000000003 50bd 0003616263", Layers: "wlan",
			Want: map[string]string{"wlan.ssid": ""}},
		{Name: "deauthentication has no elements", Frame: "c000 0000 000000000001 000000000002 000000000003 50bd 0003", Layers: "wlan",
			Want: map[string]string{"wlan.seq": "3029"}},
		{Name: "Ack", Frame: "d400 0000 000000000001", Layers: "wlan",
			Want: map[string]string{"wlan.fc.type": "1", "wlan.fc.type_subtype": "29", "wlan.ra": "00-00-00-00-00-01", "wlan.ta": ""}},
		{Name: "RTS", Frame: "b408 0000 000000000001 000000000002", Layers: "wlan",
			Want: map[string]string{"wlan.fc.retry": "true", "wlan.ra": "00-00-00-00-00-01", "wlan.ta": "00-00-00-00-00-02"}},
		{Name: "half an RTS", Frame: "b400 0000 000000000001 0000", Layers: "wlan", Malformed: "wlan",
			Want: map[string]string{"wlan.ra": "00-00-00-00-00-01", "wlan.ta": ""}},
		{Name: "control frame of another form", Frame: "2400 0000", Layers: "wlan", Malformed: "wlan",
			Want: map[string]string{"wlan.fc.type_subtype": "18", "wlan.ra": ""}},
		{Name: "beacon with all elements", Frame: "8000 0000 000000000001 000000000002 000000000003 50bd 0000000000000000 6400 1104 0003616263 010882848b960c121824 0706 444520 010d14 3018 0100 000fac04 0200 000fac04 000fac02 0100 000fac02 c000 3202 3048 3d02 0600 dd16 0050f201 0100 0050f202 0100 0050f204 0100 0050f202", Layers: "wlan",
			Want: map[string]string{"wlan.fixed.beacon": "100", "wlan.fixed.capabilities": "1041", "wlan.tag.number": "0,1,7,48,50,61,221", "wlan.supported_rates": "130,132,139,150,12,18,24,36", "wlan.extended_supported_rates": "48,72", "wlan.country_info.code": "DE", "wlan.rsn.version": "1", "wlan.rsn.gcs.type": "4", "wlan.rsn.pcs.type": "4,2", "wlan.rsn.akms.type": "2", "wlan.rsn.capabilities.mfpr": "true", "wlan.rsn.capabilities.mfpc": "true", "wlan.ht.info.primarychannel": "6", "wlan.tag.oui": "20722", "wlan.wfa.ie.wpa.mcs.type": "2", "wlan.wfa.ie.wpa.ucs.type": "4", "wlan.wfa.ie.wpa.akms.type": "2"}},
		{Name: "any network", Frame: "4000 0000 000000000001 000000000002 000000000003 50bd 0000", Layers: "wlan",
			Want: map[string]string{"wlan.ssid": "<MISSING>"}},
		{Name: "security element that ends early", Frame: "4000 0000 000000000001 000000000002 000000000003 50bd 3006 0100 000fac04", Layers: "wlan",
			Want: map[string]string{"wlan.rsn.gcs.type": "4", "wlan.rsn.pcs.type": ""}},
		{Name: "security element with more ciphers than bytes", Frame: "4000 0000 000000000001 000000000002 000000000003 50bd 300a 0100 000fac04 0900 000f", Layers: "wlan", Malformed: "wlan",
			Want: map[string]string{"wlan.rsn.gcs.type": "4", "wlan.rsn.pcs.type": ""}},
		{Name: "security element without a version", Frame: "4000 0000 000000000001 000000000002 000000000003 50bd 3001 01", Layers: "wlan", Malformed: "wlan",
			Want: map[string]string{"wlan.rsn.version": ""}},
		{Name: "vendor element of a byte", Frame: "4000 0000 000000000001 000000000002 000000000003 50bd dd01 01", Layers: "wlan", Malformed: "wlan"},
		{Name: "association refused", Frame: "1000 0000 000000000001 000000000002 000000000003 50bd 0100 1100 05c0 010104", Layers: "wlan",
			Want: map[string]string{"wlan.fixed.status_code": "17", "wlan.fixed.aid": "5", "wlan.supported_rates": "4"}},
		{Name: "reassociation", Frame: "2000 0000 000000000001 000000000002 000000000003 50bd 0100 0a00 000000000009 0003616263", Layers: "wlan",
			Want: map[string]string{"wlan.fixed.current_ap": "00-00-00-00-00-09", "wlan.ssid": "abc"}},
		{Name: "open authentication", Frame: "b000 0000 000000000001 000000000002 000000000003 50bd 0000 0100 0000 dd03001122", Layers: "wlan",
			Want: map[string]string{"wlan.fixed.auth.alg": "0", "wlan.fixed.auth_seq": "1", "wlan.fixed.status_code": "0", "wlan.tag.oui": "4386"}},
		{Name: "SAE has no elements", Frame: "b000 0000 000000000001 000000000002 000000000003 50bd 0300 0100 0000 1300aa", Layers: "wlan",
			Want: map[string]string{"wlan.fixed.auth.alg": "3", "wlan.tag.number": ""}},
		{Name: "disassociation", Frame: "a000 0000 000000000001 000000000002 000000000003 50bd 0800", Layers: "wlan",
			Want: map[string]string{"wlan.fixed.reason_code": "8"}},
		{Name: "action", Frame: "d000 0000 000000000001 000000000002 000000000003 50bd 03 00 0100", Layers: "wlan",
			Want: map[string]string{"wlan.fixed.category_code": "3", "wlan.fixed.action_code": "0", "wlan.tag.number": ""}},
		{Name: "authentication cut short", Frame: "b000 0000 000000000001 000000000002 000000000003 50bd 0000 01", Layers: "wlan", Malformed: "wlan",
			Want: map[string]string{"wlan.fixed.auth.alg": ""}},
		{Name: "block ack", Frame: "9400 0000 000000000001 000000000002 0550 6000 ffffffffffffffff", Layers: "wlan",
			Want: map[string]string{"wlan.ta": "00-00-00-00-00-02", "wlan.ba.control": "20485", "wlan.ba.basic.tidinfo": "5", "wlan.fixed.ssc.sequence": "6"}},
		{Name: "block ack cut short", Frame: "9400 0000 000000000001 000000000002 05", Layers: "wlan", Malformed: "wlan",
			Want: map[string]string{"wlan.ba.control": ""}},
		{Name: "poll", Frame: "a400 34c0 000000000001 000000000002", Layers: "wlan",
			Want: map[string]string{"wlan.aid": "52", "wlan.duration": "", "wlan.bssid": "00-00-00-00-00-01", "wlan.ta": "00-00-00-00-00-02"}},
		{Name: "end of a contention-free period", Frame: "e400 0000 000000000001 000000000002", Layers: "wlan",
			Want: map[string]string{"wlan.bssid": "00-00-00-00-00-02", "wlan.ta": ""}},
		{Name: "extended control frame", Frame: "6408 3400 000000000001 000000000002", Layers: "wlan",
			Want: map[string]string{"wlan.fc.type_subtype": "360", "wlan.fc.ds": "", "wlan.ta": "00-00-00-00-00-02"}},
		{Name: "extended control frame of one address", Frame: "6406 3400 000000000001", Layers: "wlan",
			Want: map[string]string{"wlan.fc.type_subtype": "358", "wlan.ra": "00-00-00-00-00-01"}},
		{Name: "60 GHz beacon", Frame: "0c00 3400 000000000001", Layers: "wlan",
			Want: map[string]string{"wlan.fc.type_subtype": "48", "wlan.bssid": "00-00-00-00-00-01"}},
		{Name: "sub-1-GHz beacon", Frame: "1c00 3400 000000000001", Layers: "wlan",
			Want: map[string]string{"wlan.fc.ds": "", "wlan.sa": "00-00-00-00-00-01"}},
		{Name: "short frame to a station", Frame: "0100 000000000001 e890 0002", Layers: "wlan",
			Want: map[string]string{"wlan.fc.type": "0", "wlan.fc.type_subtype": "", "wlan.ra": "00-00-00-00-00-01", "wlan.seq": "32"}},
		{Name: "short frame from an access point", Frame: "0101 e890 000000000001 0002", Layers: "wlan",
			Want: map[string]string{"wlan.ra": "", "wlan.ta": "00-00-00-00-00-01", "wlan.seq": "32"}},
		{Name: "short frame with both addresses", Frame: "0d00 000000000001 000000000002 0002", Layers: "wlan",
			Want: map[string]string{"wlan.fc.type": "3", "wlan.ra": "00-00-00-00-00-01", "wlan.ta": "00-00-00-00-00-02"}},
		{Name: "short frame of another type", Frame: "1500", Layers: "wlan",
			Want: map[string]string{"wlan.fc.type": "5", "wlan.ra": ""}},
		{Name: "short frame cut short", Frame: "0100 0000", Layers: "wlan", Malformed: "wlan",
			Want: map[string]string{"wlan.fc.type": "0"}},
		{Name: "unknown version", Frame: "0200 3400", Layers: "wlan", Malformed: "wlan",
			Want: map[string]string{"wlan.fc.type": ""}},
		{Name: "extension", Frame: "0c00 0000", Layers: "wlan", Malformed: "wlan",
			Want: map[string]string{"wlan.fc.type": "3"}},
		{Name: "no fourth address", Frame: "0803 2c00 000000000001 000000000002 000000000003 5000", Layers: "wlan", Malformed: "wlan",
			Want: map[string]string{"wlan.ra": ""}},
		{Name: "no QoS", Frame: "8801 2c00 000000000001 000000000002 000000000003 5000", Layers: "wlan", Malformed: "wlan",
			Want: map[string]string{"wlan.ra": "00-00-00-00-00-01"}},
		{Name: "data without a body", Frame: "0801 2c00 000000000001 000000000002 000000000003 5000", Layers: "wlan"},
		{Name: "too short for addresses", Frame: "0801 2c00 000000000001", Layers: "wlan", Malformed: "wlan",
			Want: map[string]string{"wlan.duration": "44", "wlan.ra": ""}},
		{Name: "too short", Frame: "08", Layers: "wlan", Malformed: "wlan",
			Want: map[string]string{"wlan.fc.type": ""}},
		{Name: "cut by the capture", Frame: "0801 2c00 0000", Wire: 60, Layers: "wlan", Truncated: true},
	}
	bench().Cases(t, Protocol, tests)
}

func TestNoAllocation(t *testing.T) {
	b := bench()
	frame := dissecttest.Unhex(t, "0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03")
	if n := testing.AllocsPerRun(100, func() { b.Dissect(Protocol, frame, len(frame)) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func FuzzWLAN(f *testing.F) {
	f.Add(dissecttest.Unhex(f, "0801 2c00 000000000001 000000000002 000000000003 5000 aaaa03"), 27)
	f.Add(dissecttest.Unhex(f, "8802 2c00 000000000001 000000000002 000000000003 5000 0000 aaaa03"), 29)
	f.Add(dissecttest.Unhex(f, "0800 2c00 000000000001 000000000002 000000000003 5000 aaaa03"), 27)
	f.Add(dissecttest.Unhex(f, "8883 2c00 000000000001 000000000002 000000000003 5000 000000000004 0000 00000000 aaaa03"), 39)
	f.Add(dissecttest.Unhex(f, "8801 2c00 000000000001 000000000002 000000000003 5000 8000 000000000005000000000006 0003 aaaa03 000000 000000000005000000000006 0003 aaaa03"), 63)
	f.Add(dissecttest.Unhex(f, "8000 0000 000000000001 000000000002 000000000003 50bd 0000000000000000 6400 1104 0003616263 010882848b960c121824 0706 444520 010d14 3018 0100 000fac04 0200 000fac04 000fac02 0100 000fac02 c000 3202 3048 3d02 0600 dd16 0050f201 0100 0050f202 0100 0050f204 0100 0050f202"), 128)
	f.Add(dissecttest.Unhex(f, "9400 0000 000000000001 000000000002 0550 6000 ffffffffffffffff"), 24)
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
	frame := dissecttest.Unhex(t, "4000 0000 000000000001 000000000002 000000000003 50bd 0000 0101 02")
	b.Run(Protocol, frame, len(frame)).Check(t, map[string]string{"wlan.ssid": "", "wlan.supported_rates": "2"})
}
