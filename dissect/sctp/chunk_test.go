// SPDX-License-Identifier: Apache-2.0

package sctp

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// part puts the length, which counts the header of 4 bytes, behind the first two, and pads.
func part(head, body string) string {
	n := len(strings.Join(strings.Fields(body), ""))/2 + 4
	return fmt.Sprintf("%s %04x %s %s ", head, n, body, strings.Repeat("00", -n&3))
}

func TestChunks(t *testing.T) {
	dissecttest.New(nil, Protocol).Cases(t, Protocol, []dissecttest.Case{
		{Name: "INIT with parameters", Frame: head + part("01 00", "dd68d33d 00008000 0020 0021 0629bfa6"+part("0005", "0a000001")+part("0006", "20010db8000000000000000000000001")+
			part("000c", "0005 0006")+part("000b", "612e62 00")+part("8003", "00 80")+part("8004", "0003 0001")+part("8008", "c1 80 82")+part("c006", "00000007")+part("8000", "")),
			Want: map[string]string{"sctp.initiate_tag": "3714634557", "sctp.init_credit": "32768", "sctp.init_nr_out_streams": "32", "sctp.init_nr_in_streams": "33", "sctp.init_initial_tsn": "103399334",
				"sctp.parameter_type": "5,6,12,11,32771,32772,32776,49158,32768", "sctp.parameter_address": "10.0.0.1,2001:db8::1", "sctp.parameter_supported_address_type": "5,6", "sctp.parameter_hostname": "a.b",
				"sctp.chunk_type_to_auth": "0,128", "sctp.hmac_id": "3,1", "sctp.supported_chunk_type": "193,128,130", "sctp.adaptation_layer_indication": "7"}},
		{Name: "SACK with gaps", Frame: head + part("03 00", "0629bfa6 00008000 0001 0002 0002 0005 00000007 00000008"), Want: map[string]string{"sctp.sack_cumulative_tsn_ack_raw": "103399334",
			"sctp.sack_a_rwnd": "32768", "sctp.sack_gap_block_start": "2", "sctp.sack_gap_block_end": "5", "sctp.sack_duplicate_tsn": "7,8"}},
		{Name: "NR-SACK", Frame: head + part("10 00", "0629bfa6 00008000 0001 0001 0000 0000 0002 0005 0007 0009"), Want: map[string]string{"sctp.sack_gap_block_start": "2,7", "sctp.sack_gap_block_end": "5,9"}},
		{Name: "HEARTBEAT", Frame: head + part("04 00", part("0001", "01020304")), Want: map[string]string{"sctp.chunk_type": "4"}},
		{Name: "ABORT by the user", Frame: head + part("06 00", part("000c", "627965")), Want: map[string]string{"sctp.chunk_type": "6", "sctp.cause_code": "12", "sctp.cause_information": "bye"}},
		{Name: "ERROR", Frame: head + part("09 00", part("0001", "0007 0000")+part("0009", "00000005")), Want: map[string]string{"sctp.cause_code": "1,9", "sctp.cause_stream_identifier": "7", "sctp.cause_tsn": "5"}},
		{Name: "SHUTDOWN and what follows", Frame: head + part("07 00", "00000005") + part("08 00", "") + part("0e 01", ""), Want: map[string]string{"sctp.chunk_type": "7,8,14", "sctp.shutdown_cumulative_tsn_ack": "5", "sctp.chunk_flags": "0,0,1"}},
		{Name: "cookies", Frame: head + part("0a 00", "0102030405") + part("0b 00", ""), Want: map[string]string{"sctp.chunk_type": "10,11"}},
		{Name: "congestion", Frame: head + part("0c 00", "00000005") + part("0d 00", "00000006"), Want: map[string]string{"sctp.lowest_tsn": "5,6"}},
		{Name: "AUTH", Frame: head + part("0f 00", "0001 0003 00112233"), Want: map[string]string{"sctp.shared_key_id": "1", "sctp.hmac_id": "3"}},
		{Name: "FORWARD-TSN", Frame: head + part("c0 00", "00000005 0001 0002 0003 0004"), Want: map[string]string{"sctp.forward_tsn_tsn": "5", "sctp.forward_tsn_sid": "1,3", "sctp.forward_tsn_ssn": "2,4"}},
		{Name: "I-FORWARD-TSN", Frame: head + part("c2 00", "00000005 0001 0000 00000009"), Want: map[string]string{"sctp.forward_tsn_tsn": "5", "sctp.forward_tsn_sid": "1", "sctp.forward_tsn_mid": "9"}},
		{Name: "ASCONF", Frame: head + part("c1 00", "00000005"+part("0005", "0a000001")+part("c001", "00000001"+part("0005", "0a000002"))), Want: map[string]string{"sctp.asconf_seq_nr_number": "5",
			"sctp.parameter_type": "5,49153,5", "sctp.parameter_address": "10.0.0.1,10.0.0.2", "sctp.correlation_id": "1"}},
		{Name: "ASCONF-ACK", Frame: head + part("80 00", "00000005"+part("c003", "00000001"+part("000d", ""))+part("c005", "00000002")), Want: map[string]string{"sctp.correlation_id": "1,2", "sctp.cause_code": "13"}},
		{Name: "RE-CONFIG", Frame: head + part("82 00", part("000d", "00000001 00000002 00000003 0004 0005")+part("0010", "00000001 00000001")+part("0011", "00000002 0003 0000")),
			Want: map[string]string{"sctp.parameter_type": "13,16,17", "sctp.parameter_reconfig_request_sequence_number": "1,2", "sctp.parameter_reconfig_response_sequence_number": "2,1",
				"sctp.parameter_reconfig_sid": "4,5", "sctp.parameter_reconfig_response_result": "1", "sctp.parameter_add_streams_number": "3"}},
		{Name: "PKTDROP and PAD", Frame: head + part("81 00", "00000001 00000002 0003 0000 00") + part("84 00", "00"), Want: map[string]string{"sctp.chunk_type": "129,132", "sctp.pktdrop_bandwidth": "1", "sctp.pktdrop_truncated_length": "3"}},
		{Name: "parameter shorter than its header", Frame: head + part("82 00", "000d 0003"), Malformed: "sctp", Want: map[string]string{"sctp.parameter_type": "13"}},
		{Name: "parameter beyond its chunk", Frame: head + part("82 00", "000d 0020 00000001"), Malformed: "sctp", Want: map[string]string{"sctp.parameter_reconfig_request_sequence_number": "1"}},
		{Name: "more gaps than bytes", Frame: head + part("03 00", "0629bfa6 00008000 ffff 0000 0002 0005"), Want: map[string]string{"sctp.sack_gap_block_start": "2"}},
		{Name: "cut in an INIT", Frame: head + "01 00 0040 dd68d33d 0000", Wire: 80, Truncated: true, Want: map[string]string{"sctp.initiate_tag": "3714634557"}},
	})
}

// Parameters within parameters end.
func TestNested(t *testing.T) {
	inner := part("c001", "00000001")
	for range 10 {
		inner = part("c001", "00000001"+inner)
	}
	frame := dissecttest.Unhex(t, head+part("c1 00", "00000005"+inner))
	if n := len(dissecttest.New(nil, Protocol).Run(Protocol, frame, len(frame)).Fields["sctp.parameter_type"]); n != maxNested+1 {
		t.Errorf("%d parameters", n)
	}
}

func TestChecksum(t *testing.T) {
	frame := dissecttest.Unhex(t, head+dataChunk)
	b := dissecttest.New(nil, Protocol)
	b.Run(Protocol, frame, len(frame)).Check(t, map[string]string{"sctp.checksum_status": "0"})
	clear(frame[8:12])
	binary.LittleEndian.PutUint32(frame[8:], crc32.Checksum(frame, castagnoli))
	b.Run(Protocol, frame, len(frame)).Check(t, map[string]string{"sctp.checksum_status": "1"})
	b.Run(Protocol, frame, len(frame)+1).Check(t, map[string]string{"sctp.checksum_status": "2"})
}
