// SPDX-License-Identifier: Apache-2.0

package pcap

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/store"
)

// Fields are what is read of documents.
var Fields = []string{"@timestamp", "network.bytes", "packet.number", "packet.raw", "packet.truncated_raw", "packet.link_type", "packet.comment",
	"packet.time.*", "packet.capture.*", "observer.ingress.*"}

// doc is a packet's document, as far as it says where its bytes are.
type doc struct {
	Timestamp string `json:"@timestamp"`
	Network   struct {
		Bytes *int64 `json:"bytes"`
	} `json:"network"`
	Packet struct {
		Number   uint64 `json:"number"`
		LinkType string `json:"link_type"`
		Comment  texts  `json:"comment"`
		Time     struct {
			Valid *bool  `json:"valid"`
			Raw   string `json:"raw"`
		} `json:"time"`
		Capture struct {
			ID          string `json:"id"`
			File        string `json:"file"`
			Offset      int64  `json:"offset"`
			Fingerprint string `json:"fingerprint"`
		} `json:"capture"`
		Raw    []byte `json:"raw"` // base64
		CutRaw bool   `json:"truncated_raw"`
	} `json:"packet"`
	Observer struct {
		Ingress struct {
			Interface struct {
				Name string `json:"name"`
				ID   string `json:"id"`
			} `json:"interface"`
			Zone string `json:"zone"`
		} `json:"ingress"`
	} `json:"observer"`

	time int64 // @timestamp, nanoseconds
}

// texts are one text or several.
type texts []string

// UnmarshalJSON implements json.Unmarshaler.
func (t *texts) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*t = texts{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// parse reads the source of a document.
func parse(source json.RawMessage) (*doc, error) {
	d := new(doc)
	if err := json.Unmarshal(source, d); err != nil {
		return d, fmt.Errorf("its document is not one of a packet: %w", err)
	}
	at, err := time.Parse(time.RFC3339Nano, d.Timestamp)
	if err != nil {
		return d, fmt.Errorf("its document has no time: @timestamp: %w", err)
	}
	if at.Unix() < 0 || at.Unix() >= math.MaxInt64/int64(time.Second) {
		return d, fmt.Errorf("its document is of a time that no packet has: @timestamp %s", d.Timestamp)
	}
	d.time = at.UnixNano()
	if n := d.Network.Bytes; n == nil || *n < 0 || *n > math.MaxInt32 {
		return d, errors.New("its document says no length: network.bytes")
	}
	return d, nil
}

// place is where the document says that its packet is; ok is false where it does not.
func (d *doc) place() (p store.Place, ok bool, err error) {
	c := &d.Packet.Capture
	if c.ID == "" || c.File == "" {
		return p, false, nil
	}
	p = store.Place{File: c.File, Offset: c.Offset, Fingerprint: c.Fingerprint, Time: d.time, Length: int(*d.Network.Bytes)}
	if v := d.Packet.Time.Valid; v != nil && !*v {
		seconds, err := strconv.ParseUint(d.Packet.Time.Raw, 10, 64)
		if err != nil {
			return p, true, fmt.Errorf("its document has no time of the record: packet.time.raw: %w", err)
		}
		p.Time, p.Invalid = int64(seconds), true //nolint:gosec // as it was written
	}
	return p, true, nil
}

// raw is the packet of the bytes that the document holds, as far as it holds them.
func (d *doc) raw() (store.Found, error) {
	link, ok := capture.ParseLinkType(d.Packet.LinkType)
	if !ok {
		return store.Found{}, fmt.Errorf("its document says of no link type that is known: packet.link_type %q", d.Packet.LinkType)
	}
	if len(d.Packet.Raw) > int(*d.Network.Bytes) {
		return store.Found{}, fmt.Errorf("its document contradicts itself: packet.raw has %d bytes of the packet's %d", len(d.Packet.Raw), *d.Network.Bytes)
	}
	k := store.Found{Packet: capture.Packet{
		Data: d.Packet.Raw, Time: d.time, TimeValid: true, Length: int(*d.Network.Bytes), LinkType: link, Comments: d.Packet.Comment,
	}}
	in := &d.Observer.Ingress
	k.Captured = capture.Interface{Name: in.Interface.Name, NetNS: in.Zone, LinkType: link}
	if n, err := strconv.ParseUint(in.Interface.ID, 10, 31); err == nil {
		k.Captured.ID, k.Captured.Numbered = int(n), true
	}
	return k, nil
}
