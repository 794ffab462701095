// SPDX-License-Identifier: Apache-2.0

package dissect

import (
	"net/netip"
	"slices"
)

// State is what spans packets. Package flow implements it; one State serves one input (or one capture file) and one goroutine.
type State interface {
	// Converse finds or starts the conversation of the packet's innermost addresses and ports (p.Core) and counts
	// the packet in it. It sets p.Conversation and p.Direction.
	Converse(p *Packet) *Conversation
	// Connect is Converse for a TCP SYN, which starts a new conversation when the known one has another initial number isn or has ended.
	Connect(p *Packet, isn uint32) *Conversation
	// Known is the conversation that Converse would find, nil when there is none; it starts and counts nothing.
	Known(p *Packet) *Conversation
	// Exchange is the conversation of all that carries a number, for protocols whose parties change their addresses on the way (DHCP) or are
	// asked as a group: asker, which may be zero, and id are what requests and responses have in common. It counts no packets and is no flow.
	Exchange(p *Packet, proto *Protocol, asker netip.Addr, id uint64) *Conversation
	// Fragment adds one fragment, and says what it made of it.
	Fragment(p *Packet, k FragmentKey, f Fragment) Joined
	// Segment relates a TCP segment to its conversation: relative numbers, window, analysis.
	Segment(p *Packet, c *Conversation, s Segment) SegmentInfo
	// Deliver adds the payload of a segment to its direction's stream and offers what is in order to the stream's application. It says
	// what the first message was made of that came of several segments. With Options.HeadersOnly nothing is offered: the stream goes on
	// behind the payload.
	Deliver(p *Packet, c *Conversation, s Segment, payload []byte, wire int) Delivered
	// Expect notes a conversation that is to come in the tunnel that p came through, if any. Conversations that nobody speaks over yet meet it.
	Expect(p *Packet, e Expectation)
}

// Conversation is the two-way exchange of one 5-tuple.
type Conversation struct {
	// Number counts the conversations of an input from 0, as Wireshark's tcp.stream and udp.stream do, by transport.
	Number uint64
	// FirstTime and LastTime are packet times, nanoseconds.
	FirstTime, LastTime int64
	FirstNumber         uint64
	// Delta is the time between the packet before and this one, nanoseconds; 0 for the first.
	Delta int64
	// InitiatorKnown is set when the first packet seen began the conversation.
	InitiatorKnown bool
	// Packets and Bytes count each direction so far, this packet included: 0 from the initiator.
	Packets, Bytes [2]uint64
	// State is that of a TCP connection after this packet.
	State Connection
	// Handshake is how long the handshake took that this packet ended, nanoseconds; 0 for any other packet.
	Handshake int64
	// CommunityID is the flow's community ID, version 1.
	CommunityID string
	// ID is the value of flow.id.
	ID string
	// Hash is of the addresses, ports, protocol and tunnel: equal for both directions, and in every process.
	Hash uint64
	// App speaks over the conversation, nil while unknown.
	App *Protocol
	// AppState belongs to App. A gap in a stream ends it.
	AppState any
	// Through is the protocol that hands App what it gets, as tshark 4 has it, where that stands as a layer in each packet: HTTP after CONNECT or an
	// upgrade. It is nil without Options.Wireshark.
	Through *Protocol
	// Lasting is what an application knows of the conversation as a whole, by names and ids: a gap leaves it as it is. Who reads it looks at its type.
	Lasting any
	// Private belongs to the State.
	Private any
	// Requests pairs requests with responses: the packet numbers and times of open requests, oldest first, kept by App through Ask and Answer.
	requests []Request
	asked    uint64
}

// Connection is the state of a TCP connection, as far as its packets show it.
type Connection uint8

// The states.
const (
	// NoConnection is that of any other conversation.
	NoConnection Connection = iota
	// Opening: a SYN was seen, and its acknowledgement's was not.
	Opening
	// Established also stands for a connection whose handshake was not seen.
	Established
	// Closing: one side has sent a FIN.
	Closing
	// Closed: both have.
	Closed
	// Reset: a RST broke it.
	Reset
)

// FragmentKey tells datagrams apart (RFC 791, RFC 8200): addresses, protocol (IPv4 only), identification, the innermost VLAN, the tunnel.
type FragmentKey struct {
	Src, Dst netip.Addr
	ID       uint32
	Proto    uint8
	VLAN     uint16
	Tunnel   uint64
}

// Fragment is one piece of a datagram.
type Fragment struct {
	Offset int // bytes
	More   bool
	Data   []byte
	// Whole is false when the capture cut Data: such a fragment makes the datagram incomplete for ever.
	Whole bool
}

// Delivered is a message that was made of several segments; zero when there was none.
type Delivered struct {
	Segments int
	Length   uint64 // bytes
}

// Joined is what a fragment makes of its datagram.
type Joined struct {
	// Payload is the whole datagram's when this fragment completed it, else nil. It and Packets are valid until the next packet.
	Payload []byte
	// Packets are the numbers of the packets that the datagram is made of, by offset; set with Payload.
	Packets []uint64
	// Overlap is set when some of the fragment's bytes, or some of the completed datagram's, came twice; a fragment that repeats another
	// exactly is none. Conflict is set when they differed.
	Overlap, Conflict bool
}

// Segment is what TCP's state needs of a header (RFC 9293).
type Segment struct {
	Seq, Ack uint32
	Flags    uint8 // FIN 1, SYN 2, RST 4, PSH 8, ACK 16, …
	Window   uint16
	// Length is the payload's length on the wire, bytes; negative when the header does not fit, and nothing can be said of the segment.
	Length int
	// WindowScale is that of the option, -1 without.
	WindowScale int
	// SACKed is what the selective acknowledgements cover, bytes.
	SACKed  uint32
	Options []byte
}

// SegmentInfo is what a TCP conversation says of one segment.
type SegmentInfo struct {
	// RelativeSeq and RelativeAck count from the initial numbers, as Wireshark's tcp.seq and tcp.ack do.
	RelativeSeq, RelativeAck uint32
	// Window is the window in bytes, scaled where the handshake was seen.
	Window uint32
	// WindowScale is the shift that applies to Window: -1 unknown (no handshake seen), -2 none in use.
	WindowScale int
	Analysis    Analysis
}

// Request is an application request that waits for its response.
type Request struct {
	Number  uint64 // packet number
	Time    int64  // nanoseconds
	Ordinal uint64 // in the conversation, from 1
	Key     uint64 // of the application's choice (a DNS id, a stream id)
}

// maxRequests bounds the open requests of one conversation; the oldest are forgotten.
const maxRequests = 64

// Ask notes a request and returns its ordinal.
func (c *Conversation) Ask(p *Packet, key uint64) uint64 {
	if len(c.requests) == maxRequests {
		c.requests = append(c.requests[:0], c.requests[1:]...)
	}
	c.asked++
	c.requests = append(c.requests, Request{Number: p.Number, Time: p.Time, Ordinal: c.asked, Key: key})
	return c.asked
}

// Reopen makes a request open again that was answered by a change of protocol only: its true response comes in the other one, under key.
func (c *Conversation) Reopen(r Request, key uint64) {
	r.Key = key
	c.requests = append(c.requests, r)
}

// Answer takes the oldest open request of that key.
func (c *Conversation) Answer(key uint64) (Request, bool) {
	i := c.open(key)
	if i < 0 {
		return Request{}, false
	}
	r := c.requests[i]
	c.requests = append(c.requests[:i], c.requests[i+1:]...)
	return r, true
}

// Asked is the oldest open request of that key, which stays open.
func (c *Conversation) Asked(key uint64) (Request, bool) {
	i := c.open(key)
	if i < 0 {
		return Request{}, false
	}
	return c.requests[i], true
}

// open is the index of the oldest open request of that key, -1 without one.
func (c *Conversation) open(key uint64) int {
	return slices.IndexFunc(c.requests, func(r Request) bool { return r.Key == key })
}
