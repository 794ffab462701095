// SPDX-License-Identifier: Apache-2.0

// Package vnc dissects the Remote Framebuffer protocol of VNC (RFC 6143) over TCP:
//
//	server: RFB 003.008        types of security    challenge    result    size and name of the desktop    updates …
//	client: RFB 003.008        the type it takes    response               shared?                         events …
//
// The layer stands in every packet with bytes of the protocol, as in Wireshark. What was typed, pointed at, cut and drawn is never indexed: messages have
// a type, the contents of the screen are counted. Limits: 256 messages, encodings and rectangles
// listed of a packet, 64 KiB of a desktop's name or a reason. Not decoded: the exchange of
// types of security other than None and VNC, behind which all is counted alone; rectangles whose encoding does not say how long they are without decoding
// it (Hextile, Tight), behind which the server's bytes are; challenge and response, which serve who attacks a password.
package vnc

import (
	"bytes"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// Protocol is VNC.
var Protocol = &dissect.Protocol{
	Name: "vnc", Title: "VNC", Reference: "RFC 6143", Application: true,
	TCPPorts: []uint16{5500, 5501, 5900, 5901},
	GuessTCP: guess, AcceptTCP: accept,
	Summary: summary,
}

// The stream names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Stream = stream }

var (
	fields        = field.Group("vnc")
	fServer       = fields.Add("server_proto_ver", field.Keyword, "vnc.server_proto_ver", "Version that the server speaks")
	fClient       = fields.Add("client_proto_ver", field.Keyword, "vnc.client_proto_ver", "Version that the client chooses")
	fOffered      = fields.Add("security_type", field.Uint32, "vnc.security_type, vnc.server_security_type", "Types of security that the server offers, or decides on: 1 None, 2 VNC, 16 Tight, 19 VeNCrypt, 30 Apple")
	fChosen       = fields.Add("client_security_type", field.Uint8, "vnc.client_security_type", "Type of security that the client takes")
	fResult       = fields.Add("auth_result", field.Uint32, "vnc.auth_result", "Result of the authentication: 0 OK, 1 failed, 2 failed too often")
	fReason       = fields.Add("auth_error", field.Keyword, "vnc.auth_error", "Why the server refuses")
	fShared       = fields.Add("share_desktop_flag", field.Bool, "vnc.share_desktop_flag", "The client lets others stay connected", field.Rare, field.Detail)
	fWidth        = fields.Add("width", field.Uint16, "vnc.width", "Width of the desktop, pixels", field.Rare, field.Detail)
	fHeight       = fields.Add("height", field.Uint16, "vnc.height", "Height of the desktop, pixels", field.Rare, field.Detail)
	fDesktop      = fields.Add("desktop_name", field.Keyword, "vnc.desktop_name", "Name of the desktop")
	fClientType   = fields.Add("client_message_type", field.Uint8, "vnc.client_message_type", "Messages of the client: 0 pixel format, 2 encodings, 3 request of an update, 4 key, 5 pointer, 6 cut text", field.Rare)
	fServerType   = fields.Add("server_message_type", field.Uint8, "vnc.server_message_type", "Messages of the server: 0 update, 1 colour map, 2 bell, 3 cut text", field.Rare)
	fEncodings    = fields.Add("client_set_encodings_encoding_type", field.Int64, "vnc.client_set_encodings_encoding_type", "Encodings that the client takes", field.Rare, field.Detail)
	fRectangles   = fields.Add("fb_update_num_rects", field.Uint16, "vnc.fb_update_num_rects", "Rectangles of an update", field.Rare, field.Detail)
	fRectEncoding = fields.Add("fb_update_encoding_type", field.Int64, "vnc.fb_update_encoding_type", "Encoding of each rectangle", field.Rare, field.Detail)
	fData         = fields.Add("data_length", field.Uint32, "", "Bytes in the packet of what is not decoded: contents of the screen, cut text, authentication", field.Rare)
)

const versionLen = len("RFB 003.008\n")

// version is the version that data starts with, nil when there is none.
func version(data []byte) []byte {
	if len(data) < versionLen || !bytes.HasPrefix(data, []byte("RFB ")) || data[7] != '.' || data[11] != '\n' {
		return nil
	}
	for _, i := range [...]int{4, 5, 6, 8, 9, 10} {
		if data[i] < '0' || data[i] > '9' {
			return nil
		}
	}
	return data[4:11]
}

// guess takes the version that each side begins with.
func guess(data []byte) bool { return version(data) != nil }

// accept also takes the beginning of one.
func accept(data []byte) bool {
	return guess(data) || len(data) > 0 && len(data) < versionLen && bytes.HasPrefix(data, []byte("RFB ")[:min(4, len(data))])
}

var (
	securityTypes = map[string]string{"1": "None", "2": "VNC", "5": "RA2", "6": "RA2ne", "16": "Tight", "17": "Ultra", "18": "TLS", "19": "VeNCrypt", "30": "Apple Remote Desktop"}
	clientTypes   = map[string]string{"0": "Client set pixel format", "2": "Client set encodings", "3": "Client framebuffer update request", "4": "Client key event", "5": "Client pointer event", "6": "Client cut text"}
	serverTypes   = map[string]string{"0": "Server framebuffer update", "1": "Server set colormap entries", "2": "Server ring bell on client", "3": "Server cut text"}
)

func summary(dst []byte, v dissect.View) []byte {
	n := len(dst)
	part := func(text string) {
		if len(dst) > n {
			dst = append(dst, "; "...)
		}
		dst = append(dst, text...)
	}
	named := func(lead string, id field.ID, names map[string]string) {
		if _, ok := v.Text(dst, id); !ok {
			return
		}
		part(lead)
		i := 0
		v.All(id, func(text []byte) {
			if i++; i > 8 {
				return
			}
			if i > 1 {
				dst = append(dst, ", "...)
			}
			if name := names[string(text)]; name != "" {
				dst = append(dst, name...)
			} else {
				dst = append(append(dst, "Type "...), text...)
			}
		})
	}
	text := func(lead string, id field.ID) {
		if _, ok := v.Text(dst, id); ok {
			part(lead)
			dst, _ = v.Text(dst, id)
		}
	}
	text("Server protocol version: ", fServer)
	text("Client protocol version: ", fClient)
	named("Security types supported: ", fOffered, securityTypes)
	named("Security type selected by client: ", fChosen, securityTypes)
	named("Authentication result: ", fResult, map[string]string{"0": "OK", "1": "Failed", "2": "Failed too often"})
	text("", fReason)
	text("Share desktop flag: ", fShared)
	text("Server framebuffer parameters: ", fDesktop)
	named("", fClientType, clientTypes)
	named("", fServerType, serverTypes)
	if size, ok := v.Uint(fData); ok {
		part("Data, ")
		dst = append(strconv.AppendUint(dst, size, 10), " bytes"...)
	}
	return dst
}
