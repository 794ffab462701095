// SPDX-License-Identifier: Apache-2.0

// Package remote lets others find packets in capture stores, by HTTP: who knows a packet's document, and the token, gets the packet's record
// and nothing else.
//
//	GET /v1/stores                  {"stores": ["id", …]}
//	GET /v1/packet?store=…&file=…   the place that a document names (store.Place), answered by a record as JSON
//
// Every request bears a token (RFC 6750). Errors are texts of one line.
package remote

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/store"
)

const (
	pathStores = "/v1/stores"
	pathPacket = "/v1/packet"
)

type stores struct {
	Stores []string `json:"stores"`
}

// record is a packet with what its capture says of it.
type record struct {
	Data      []byte           `json:"data"`
	Time      int64            `json:"time"` // nanoseconds
	TimeValid bool             `json:"time_valid"`
	TimeRaw   uint64           `json:"time_raw,omitempty"`
	Length    int              `json:"length"`
	LinkType  capture.LinkType `json:"link_type"`
	Comments  []string         `json:"comments,omitempty"`

	Captured capture.Interface `json:"interface"`
}

func recordOf(k *store.Found) record {
	return record{k.Data, k.Time, k.TimeValid, k.TimeRaw, k.Length, k.LinkType, k.Comments, k.Captured}
}

func (r *record) found() store.Found {
	return store.Found{
		Packet: capture.Packet{
			Data: r.Data, Time: r.Time, TimeValid: r.TimeValid, TimeRaw: r.TimeRaw, Length: r.Length, LinkType: r.LinkType, Comments: r.Comments,
		},
		Captured: r.Captured,
	}
}

// values are a place as parameters of a request.
func values(id string, p store.Place) url.Values {
	return url.Values{
		"store": {id}, "file": {p.File}, "offset": {strconv.FormatInt(p.Offset, 10)}, "fingerprint": {p.Fingerprint},
		"time": {strconv.FormatInt(p.Time, 10)}, "invalid": {strconv.FormatBool(p.Invalid)}, "length": {strconv.Itoa(p.Length)},
	}
}

// placeOf reads what values wrote.
func placeOf(v url.Values) (id string, p store.Place, err error) {
	number := func(name string) (n int64) {
		if err == nil {
			if n, err = strconv.ParseInt(v.Get(name), 10, 64); err != nil {
				err = fmt.Errorf("the parameter %s is %q: it has to be a number", name, v.Get(name))
			}
		}
		return n
	}
	p = store.Place{File: v.Get("file"), Fingerprint: v.Get("fingerprint")}
	p.Offset, p.Time, p.Length = number("offset"), number("time"), int(number("length"))
	if err == nil {
		if p.Invalid, err = strconv.ParseBool(v.Get("invalid")); err != nil {
			err = fmt.Errorf("the parameter invalid is %q: it has to be true or false", v.Get("invalid"))
		}
	}
	return v.Get("store"), p, err
}
