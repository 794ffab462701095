// SPDX-License-Identifier: Apache-2.0

package common

import (
	"bytes"
	"net/netip"
	"strings"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Every message of the packet has its values: a scalar when there is one.
var (
	urls      = field.Group("url")
	fOriginal = urls.Add("original", field.Wildcard, "http.request.uri", "URL or request target as it was sent; secrets in it are redacted", field.ECS)
	fFull     = urls.Add("full", field.Wildcard, "http.request.full_uri", "URL with scheme and host; secrets in it are redacted", field.ECS)
	fScheme   = urls.Add("scheme", field.Keyword, "", "Scheme of the URL", field.ECS)
	fDomain   = urls.Add("domain", field.Keyword, "", "Host of the URL: a name, or an address without brackets", field.ECS, field.Core)
	fPort     = urls.Add("port", field.Uint16, "", "Port of the URL, where it names one", field.ECS)
	fPath     = urls.Add("path", field.Wildcard, "http.request.uri.path", "Path of the URL", field.ECS, field.Core)
	fQuery    = urls.Add("query", field.Keyword, "http.request.uri.query", "Query of the URL, without the question mark; secrets in it are redacted", field.ECS)

	fForwarded = field.Group("network").Add("forwarded_ip", field.IP, "", "Address of the client behind the proxy that sent the request", field.ECS, field.First)

	fUserAgent = field.Group("user_agent").Add("original", field.Keyword, "http.user_agent", "User agent as it was sent", field.ECS)
)

// UserAgent writes user_agent.original.
func UserAgent(o *field.Buffer, s []byte) { o.Text(fUserAgent, s) }

// OtherAgent writes that of a protocol beside HTTP, whose field it is to Wireshark.
func OtherAgent(p *dissect.Packet, s []byte) {
	if !p.Options.Wireshark {
		UserAgent(p.Out, s)
	}
}

// Forwarded writes the addresses of an X-Forwarded-For header, which lists them from the client on: the first in network.forwarded_ip, all in related.ip.
// Names, and what stands for them, are left out; of an address with a port or in brackets the address is taken.
func Forwarded(o *field.Buffer, list []byte) {
	for n := 0; len(list) > 0 && n < MaxItems; n++ {
		var item []byte
		item, list, _ = bytes.Cut(list, []byte(","))
		text := string(bytes.Trim(item, " \t\""))
		a, err := netip.ParseAddr(strings.Trim(text, "[]"))
		if err != nil {
			with, err := netip.ParseAddrPort(text)
			if err != nil {
				continue
			}
			a = with.Addr()
		}
		o.Addr(fForwarded, a.Unmap())
		o.Addr(field.RelatedIP, a.Unmap())
	}
}

// AppendTarget appends the last request's URL for a summary line, or its target where the host is unknown.
func AppendTarget(dst []byte, v dissect.View) []byte {
	if full, ok := v.Text(dst, fFull); ok {
		return full
	}
	dst, _ = v.Text(dst, fOriginal)
	return dst
}

// URL writes the url.* fields of a request (RFC 9112, 3.2): target as it was sent, in origin, absolute, authority or asterisk
// form; host is the Host header or empty; scheme is that of the connection. authority says that target is host:port (CONNECT).
// url.full is Wireshark's http.request.full_uri, also for "*".
func URL(o *field.Buffer, scheme string, target, host []byte, authority bool) {
	var buf [512]byte
	text := AppendURL(buf[:0], o, target)
	o.Text(fOriginal, text)
	path := target
	switch i := bytes.Index(target, []byte("://")); {
	case authority:
		o.Text(fFull, text)
		writeHost(o, target)
		return
	case i > 0 && i < 8 && bytes.IndexByte(target[:i], '/') < 0:
		o.Text(fFull, text)
		o.Text(fScheme, target[:i])
		host, path = target[i+3:], nil
		if j := bytes.IndexAny(host, "/?#"); j >= 0 {
			host, path = host[:j], host[j:]
		}
	case len(host) > 0:
		var other [512]byte
		full := append(append(append(other[:0], scheme...), "://"...), host...)
		o.Text(fFull, AppendURL(buf[:0], o, append(full, target...)))
		o.String(fScheme, scheme)
	}
	Target(o, host, path)
}

// Target writes the url.* fields of a request that names its host, path and query apart, and no URL as a whole: url.domain, url.port, url.path and
// url.query. What follows a # is left out.
func Target(o *field.Buffer, host, path []byte) {
	var buf [512]byte
	writeHost(o, host)
	if i := bytes.IndexByte(path, '#'); i >= 0 {
		path = path[:i]
	}
	path, query, asked := bytes.Cut(path, []byte("?"))
	if len(path) > 0 && path[0] == '/' {
		o.Text(fPath, AppendURL(buf[:0], o, path))
	}
	if asked {
		o.Text(fQuery, AppendURL(buf[:0], o, query))
	}
}

// writeHost writes name, [address] or either with :port, without a user before it.
func writeHost(o *field.Buffer, host []byte) {
	host = host[bytes.LastIndexByte(host, '@')+1:]
	name, port := host, []byte(nil)
	if i := bytes.LastIndexByte(host, ':'); i >= 0 && bytes.IndexByte(host[i:], ']') < 0 {
		name, port = host[:i], host[i+1:]
	}
	if n := len(name); n > 2 && name[0] == '[' && name[n-1] == ']' {
		name = name[1 : n-1]
	}
	if len(name) == 0 {
		return
	}
	o.Text(fDomain, name)
	Host(o, name)
	n := 0
	for _, c := range port {
		if c < '0' || c > '9' || n > 0xffff {
			return
		}
		n = n*10 + int(c-'0')
	}
	if n > 0 && n <= 0xffff {
		o.Uint(fPort, uint64(n))
	}
}
