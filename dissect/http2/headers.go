// SPDX-License-Identifier: Apache-2.0

package http2

import (
	"strconv"
	"strings"

	"golang.org/x/net/http2/hpack"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/grpc"
	"github.com/espbeat/espbeat/dissect/http"
	"github.com/espbeat/espbeat/field"
)

const (
	// maxTable bounds a dynamic table, bytes as RFC 7541, 4.1, counts them. Encoders use 4,096; browsers allow 65,536.
	maxTable = 64 << 10
	// maxHeaders bounds the headers of a block. One byte can stand for a header of maxTable bytes.
	maxHeaders = 1024
)

// Header blocks, under Wireshark's names. What ECS has a field for stands there, too, but in compat mode: Wireshark's http.* is HTTP/1's alone.
var (
	heads      = field.Group("http2.headers")
	fMethod    = heads.Add("method", field.Keyword, "http2.headers.method", ":method of a request", field.Rare, field.Detail)
	fPath      = heads.Add("path", field.Keyword, "http2.headers.path", ":path of a request; secrets in it are redacted", field.Rare, field.Detail)
	fAuthority = heads.Add("authority", field.Keyword, "http2.headers.authority", ":authority of a request; a password in it is redacted")
	fScheme    = heads.Add("scheme", field.Keyword, "http2.headers.scheme", ":scheme of a request", field.Rare, field.Detail)
	fStatus    = heads.Add("status", field.Uint16, "http2.headers.status", ":status of a response", field.Rare, field.Detail)
	fProtocol  = heads.Add("protocol", field.Keyword, "", ":protocol of an extended CONNECT (RFC 8441)", field.Rare)
)

// headerFields are the headers with a field of their own, by name.
var headerFields = map[string]field.ID{
	"content-type":        heads.Add("content_type", field.Keyword, "http2.headers.content_type", "content-type header"),
	"content-length":      heads.Add("content_length", field.Int64, "http2.headers.content_length", "content-length header, bytes", field.Rare),
	"content-encoding":    heads.Add("content_encoding", field.Keyword, "http2.headers.content_encoding", "content-encoding header", field.Rare),
	"server":              heads.Add("server", field.Keyword, "http2.headers.server", "server header"),
	"location":            heads.Add("location", field.Wildcard, "http2.headers.location", "location header; secrets in it are redacted"),
	"referer":             heads.Add("referer", field.Keyword, "http2.headers.referer", "referer header; secrets in it are redacted", field.Rare, field.Detail),
	"user-agent":          heads.Add("user_agent", field.Keyword, "http2.headers.user_agent", "user-agent header", field.Rare, field.Detail),
	"authorization":       heads.Add("authorization", field.Keyword, "http2.headers.authorization", "authorization header", field.Secret),
	"proxy-authorization": heads.Add("proxy_authorization", field.Keyword, "http2.headers.proxy_authorization", "proxy-authorization header", field.Secret),
	"cookie":              heads.Add("cookie", field.Keyword, "http2.headers.cookie", "cookie headers", field.Secret),
	"set-cookie":          heads.Add("set_cookie", field.Keyword, "http2.headers.set_cookie", "set-cookie headers", field.Secret),
}

// headers takes the first frame of a header block.
func (s *state) headers(p *dissect.Packet, c *dissect.Conversation, d *direction, f frame, b *common.Cursor) {
	pad := 0
	if f.has(flagPadded) {
		pad = int(b.U8())
	}
	d.promised = 0
	switch {
	case f.kind == typePushPromise:
		if d.promised = b.U32() &^ (1 << 31); !b.Failed {
			p.Out.Uint(fPromised, uint64(d.promised))
		}
	case f.has(flagPriority):
		priority(p.Out, b)
	}
	fragment := b.Sub(b.Wire - pad)
	d.first, d.block = f, nil
	s.fragment(p, c, d, f, &fragment)
}

// continuation takes a further frame of a header block.
func (s *state) continuation(p *dissect.Packet, c *dissect.Conversation, d *direction, f frame, b *common.Cursor) {
	if d.first.id != f.id || !d.first.headers() {
		p.Bad()
		return
	}
	s.fragment(p, c, d, f, b)
}

// fragment takes a part of a header block, and decodes the block with its last part.
func (s *state) fragment(p *dissect.Packet, c *dissect.Conversation, d *direction, f frame, b *common.Cursor) {
	cut := b.Failed || len(b.B) < b.Wire
	block := b.B
	if len(d.block) > 0 || !f.has(flagEndHeaders) {
		if len(d.block)+len(block) > maxBlock {
			p.Bad()
			d.lost = true
		} else {
			d.block = append(d.block, block...)
		}
		block = d.block
	}
	if !cut && !f.has(flagEndHeaders) {
		return
	}
	first := d.first
	d.first, d.block = frame{}, nil
	if !d.lost {
		d.decode(p, block, cut)
		s.exchange(p, c, d, first.id)
	}
	d.lost = d.lost || cut
	if first.kind == typeHeaders && first.has(flagEndStream) {
		s.ended(p, c, first.id)
	}
}

// decode decodes a header block, and writes its headers; of one that is cut as many as are there.
func (d *direction) decode(p *dissect.Packet, block []byte, cut bool) {
	if d.decoder == nil {
		d.decoder = hpack.NewDecoder(maxTable, d.list.add)
		d.decoder.SetMaxStringLength(maxBlock)
	}
	d.list = headerList{p: p, decoder: d.decoder}
	d.decoder.SetEmitEnabled(true)
	_, err := d.decoder.Write(block)
	if closed := d.decoder.Close(); err == nil && !cut {
		err = closed
	}
	if err != nil {
		p.Bad()
		d.lost = true
	}
	d.list.p = nil
}

// headerList is a header block while it is decoded.
type headerList struct {
	p       *dissect.Packet
	decoder *hpack.Decoder
	n, size int

	method, scheme, authority, path, status, contentType string
}

// add takes a header. Once there are too many, the decoder is told to pass over the rest, which the dynamic table needs all the same.
func (h *headerList) add(f hpack.HeaderField) {
	h.n++
	h.size += len(f.Name) + len(f.Value)
	if h.n > maxHeaders || h.size > maxBlock {
		h.p.Out.Cut = true
		h.decoder.SetEmitEnabled(false)
		return
	}
	o := h.p.Out
	switch f.Name {
	case ":method":
		h.method = f.Value
	case ":scheme":
		h.scheme = f.Value
	case ":authority":
		h.authority = f.Value
	case ":path":
		h.path = f.Value
	case ":status":
		h.status = f.Value
	case ":protocol":
		o.String(fProtocol, f.Value)
	default:
		if f.Name == "content-type" {
			h.contentType = f.Value
		}
		h.write(f)
	}
}

// write writes a header that is no pseudo-header.
func (h *headerList) write(f hpack.HeaderField) {
	o := h.p.Out
	if !h.p.Options.Wireshark {
		http.Header(o, f.Name, []byte(f.Value))
	}
	grpc.Header(o, f.Name, f.Value)
	id, ok := headerFields[f.Name]
	switch {
	case !ok:
	case f.Name == "content-length":
		if n, err := strconv.ParseInt(f.Value, 10, 64); err == nil && n >= 0 {
			o.Int(id, n)
		}
	case f.Name == "location" || f.Name == "referer":
		o.Text(id, common.AppendURL(nil, o, []byte(f.Value)))
	default:
		o.String(id, f.Value)
	}
}

// exchange notes what the header block that was decoded last means for its stream: it is a request's head, a response's, or a trailer.
func (s *state) exchange(p *dissect.Packet, c *dissect.Conversation, d *direction, id uint32) {
	h := &d.list
	isGRPC := strings.HasPrefix(h.contentType, "application/grpc")
	switch {
	case h.method != "":
		dir := p.Direction
		if d.promised != 0 { // the server's words, but the client's part of the stream, which ends with them
			id, dir = d.promised, 1-dir
		}
		m := &s.begun(id).side[dir]
		*m = message{request: true, head: true, ended: dir != p.Direction}
		h.request(p)
		common.Request(p, c, uint64(id))
		if isGRPC {
			grpc.Request(p.Out, h.path)
			m.calls = &grpc.Messages{}
		}
	case h.status != "":
		status, err := strconv.ParseUint(h.status, 10, 16)
		if err != nil {
			p.Bad()
			return
		}
		p.Out.Uint(fStatus, status)
		if !p.Options.Wireshark {
			http.Response(p.Out, version, int(status)) //nolint:gosec // 16 bits
		}
		if status < 200 { // RFC 9110, 15.2: another one follows
			return
		}
		common.Response(p, c, uint64(id))
		m := &s.begun(id).side[p.Direction]
		m.head = true
		if isGRPC {
			m.calls = &grpc.Messages{}
		}
	}
}

const version = "2"

// request writes a request's pseudo-headers.
func (h *headerList) request(p *dissect.Packet) {
	o := p.Out
	o.String(fMethod, h.method)
	if h.scheme != "" {
		o.String(fScheme, h.scheme)
	}
	authority, path := []byte(h.authority), []byte(h.path)
	if len(authority) > 0 {
		o.Text(fAuthority, common.AppendAuthority(nil, o, authority))
	}
	if len(path) > 0 {
		o.Text(fPath, common.AppendURL(nil, o, path))
	}
	if p.Options.Wireshark {
		return
	}
	http.Request(o, version, h.method)
	if h.method == "CONNECT" && len(path) == 0 { // RFC 9113, 8.5
		common.URL(o, "", authority, nil, true)
		return
	}
	common.URL(o, h.scheme, path, authority, false)
}
