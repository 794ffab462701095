// SPDX-License-Identifier: Apache-2.0

package sctp

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Chunk types with fields (RFC 9260, 3.2; RFC 3758, RFC 4820, RFC 4895, RFC 5061, RFC 6525, RFC 8260; drafts on NR-SACK and packet drops). Of the others the
// type says all: HEARTBEAT and its ACK, COOKIE ECHO and its ACK, SHUTDOWN ACK and COMPLETE, PAD.
const (
	chunkData     = 0
	chunkInit     = 1
	chunkInitAck  = 2
	chunkSack     = 3
	chunkAbort    = 6
	chunkShutdown = 7
	chunkError    = 9
	chunkECNE     = 12
	chunkCWR      = 13
	chunkAuth     = 15
	chunkNRSack   = 16
	chunkIData    = 64
	chunkConfAck  = 128
	chunkDropped  = 129
	chunkReconfig = 130
	chunkForward  = 192
	chunkConf     = 193
	chunkIForward = 194
)

var (
	fInitTag     = fields.Add("initiate_tag", field.Uint32, "sctp.initiate_tag", "Tag that an INIT or INIT ACK asks the other side to use")
	fInitWindow  = fields.Add("init_credit", field.Uint32, "sctp.init_credit, sctp.initack_credit", "Window that an INIT or INIT ACK offers, bytes", field.Rare, field.Detail)
	fOutStreams  = fields.Add("init_nr_out_streams", field.Uint16, "sctp.init_nr_out_streams, sctp.initack_nr_out_streams", "Streams that the sender of an INIT or INIT ACK wants", field.Rare, field.Detail)
	fInStreams   = fields.Add("init_nr_in_streams", field.Uint16, "sctp.init_nr_in_streams, sctp.initack_nr_in_streams", "Streams that it allows the other side", field.Rare, field.Detail)
	fInitTSN     = fields.Add("init_initial_tsn", field.Uint32, "sctp.init_initial_tsn, sctp.initack_initial_tsn", "First sequence number of its data", field.Rare, field.Detail)
	fAck         = fields.Add("sack_cumulative_tsn_ack_raw", field.Uint32, "sctp.sack_cumulative_tsn_ack_raw, sctp.nr_sack_cumulative_tsn_ack", "Last sequence number received without a gap", field.Rare, field.Detail)
	fWindow      = fields.Add("sack_a_rwnd", field.Uint32, "sctp.sack_a_rwnd, sctp.nr_sack_a_rwnd", "Window that is left, bytes", field.Rare, field.Detail)
	fGapStart    = fields.Add("sack_gap_block_start", field.Uint16, "sctp.sack_gap_block_start, sctp.nr_sack_gap_block_start, sctp.nr_sack_nr_gap_block_start", "First sequence number of each block received behind a gap, from the last without one", field.Rare, field.Detail)
	fGapEnd      = fields.Add("sack_gap_block_end", field.Uint16, "sctp.sack_gap_block_end, sctp.nr_sack_gap_block_end, sctp.nr_sack_nr_gap_block_end", "Last sequence number of each block received behind a gap", field.Rare, field.Detail)
	fDuplicate   = fields.Add("sack_duplicate_tsn", field.Uint32, "sctp.sack_duplicate_tsn, sctp.nr_sack_duplicate_tsn", "Sequence numbers received more than once", field.Rare, field.Detail)
	fShutdown    = fields.Add("shutdown_cumulative_tsn_ack", field.Uint32, "sctp.shutdown_cumulative_tsn_ack", "Last sequence number received, of a SHUTDOWN", field.Rare, field.Detail)
	fLowest      = fields.Add("lowest_tsn", field.Uint32, "sctp.ecne_lowest_tsn, sctp.cwr_lowest_tsn", "Sequence number that congestion was marked at, or answered", field.Rare, field.Detail)
	fSharedKey   = fields.Add("shared_key_id", field.Uint16, "sctp.shared_key_id", "Key of an AUTH chunk", field.Rare, field.Detail)
	fHMAC        = fields.Add("hmac_id", field.Uint16, "sctp.hmac_id", "Algorithms: of an AUTH chunk, or offered in an INIT; 1 SHA-1, 3 SHA-256", field.Rare, field.Detail)
	fForward     = fields.Add("forward_tsn_tsn", field.Uint32, "sctp.forward_tsn_tsn, sctp.i_forward_tsn_tsn", "Sequence number to move on to", field.Rare, field.Detail)
	fForwardSID  = fields.Add("forward_tsn_sid", field.Uint16, "sctp.forward_tsn_sid, sctp.i_forward_tsn_sid", "Streams in which messages are skipped", field.Rare, field.Detail)
	fForwardSSN  = fields.Add("forward_tsn_ssn", field.Uint16, "sctp.forward_tsn_ssn", "Last stream sequence number skipped", field.Rare, field.Detail)
	fForwardMID  = fields.Add("forward_tsn_mid", field.Uint32, "sctp.forward_tsn_mid", "Last message skipped", field.Rare, field.Detail)
	fConfSerial  = fields.Add("asconf_seq_nr_number", field.Uint32, "sctp.asconf_seq_nr_number, sctp.asconf_ack_seq_nr_number", "Serial number of an ASCONF or its ACK", field.Rare, field.Detail)
	fDropWindow  = fields.Add("pktdrop_bandwidth", field.Uint32, "sctp.pktdrop_bandwidth", "Bandwidth where a packet was dropped", field.Rare, field.Detail)
	fDropQueue   = fields.Add("pktdrop_queuesize", field.Uint32, "sctp.pktdrop_queuesize", "Queue where a packet was dropped, bytes", field.Rare, field.Detail)
	fDropLength  = fields.Add("pktdrop_truncated_length", field.Uint16, "sctp.pktdrop_truncated_length", "Length of the packet dropped, where it is cut", field.Rare, field.Detail)
	dropReserved = 2
)

// chunk reads what follows a chunk's header.
func chunk(c *common.Cursor, kind uint8) {
	switch kind {
	case chunkInit, chunkInitAck:
		c.Uint32(fInitTag)
		c.Uint32(fInitWindow)
		c.Uint16(fOutStreams)
		c.Uint16(fInStreams)
		c.Uint32(fInitTSN)
		parameters(c, 0)
	case chunkSack, chunkNRSack:
		sack(c, kind == chunkNRSack)
	case chunkAbort, chunkError:
		causes(c)
	case chunkShutdown:
		c.Uint32(fShutdown)
	case chunkECNE, chunkCWR:
		c.Uint32(fLowest)
	case chunkAuth:
		c.Uint16(fSharedKey)
		c.Uint16(fHMAC)
	case chunkForward:
		c.Uint32(fForward)
		for n := 0; c.More() && n < common.MaxItems; n++ {
			c.Uint16(fForwardSID)
			c.Uint16(fForwardSSN)
		}
	case chunkIForward:
		c.Uint32(fForward)
		for n := 0; c.More() && n < common.MaxItems; n++ {
			c.Uint16(fForwardSID)
			c.Skip(2)
			c.Uint32(fForwardMID)
		}
	case chunkConf, chunkConfAck:
		c.Uint32(fConfSerial)
		parameters(c, 0)
	case chunkReconfig:
		parameters(c, 0)
	case chunkDropped:
		c.Uint32(fDropWindow)
		c.Uint32(fDropQueue)
		c.Uint16(fDropLength)
		c.Skip(dropReserved)
	}
}

// sack reads a SACK, or an NR-SACK, whose gaps are counted twice: those that may be reneged and those that may not.
func sack(c *common.Cursor, nr bool) {
	c.Uint32(fAck)
	c.Uint32(fWindow)
	gaps := int(c.U16())
	if nr {
		gaps += int(c.U16())
	}
	duplicates := int(c.U16())
	if nr {
		c.Skip(2)
	}
	for n := min(gaps, common.MaxItems); n > 0 && c.More(); n-- {
		c.Uint16(fGapStart)
		c.Uint16(fGapEnd)
	}
	for n := min(duplicates, common.MaxItems); n > 0 && c.More(); n-- {
		c.Uint32(fDuplicate)
	}
}
