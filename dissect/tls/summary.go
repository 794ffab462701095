// SPDX-License-Identifier: Apache-2.0

package tls

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// maxNamed bounds the records that a summary names.
const maxNamed = 8

// line is a summary while it is made.
type line struct {
	dst []byte
	n   int
}

func (l *line) add(text string) {
	switch l.n++; {
	case l.n == maxNamed+1:
		l.dst = append(l.dst, ", …"...)
	case l.n <= maxNamed:
		if l.n > 1 {
			l.dst = append(l.dst, ", "...)
		}
		l.dst = append(l.dst, text...)
	}
}

// messages names the handshake messages of the packet.
func (l *line) messages(v dissect.View) {
	v.All(fKind, func(t []byte) {
		if text, ok := messageNames[string(t)]; ok {
			l.add(text)
		} else {
			l.add("Handshake " + string(t))
		}
	})
}

// AppendRecords appends the messages and records of a packet, whose content types are in types: "Server Hello, Certificate, Server Hello Done".
func AppendRecords(dst []byte, v dissect.View, types field.ID) []byte {
	l := line{dst: dst}
	_, shaken := v.Uint(fKind)
	told, changed := false, false
	v.All(types, func(t []byte) {
		switch string(t) {
		case "20":
			l.add("Change Cipher Spec")
			changed = true
		case "21":
			l.alert(v)
		case "22":
			switch {
			case shaken && !told:
				l.messages(v)
				told = true
			case changed:
				l.add("Encrypted Handshake Message")
			case !shaken:
				l.add("Handshake")
			}
		case "23", "25":
			l.add("Application Data")
		case "24":
			l.add("Heartbeat")
		}
	})
	if shaken && !told { // SSL 2.0, QUIC
		l.messages(v)
	}
	v.All(fOpaque, func([]byte) { l.add("Application Data") })
	return appendName(l.dst, v)
}

// alert names an alert.
func (l *line) alert(v dissect.View) {
	level, ok := v.Uint(fLevel)
	if !ok {
		l.add("Encrypted Alert")
		return
	}
	var desc []byte
	desc, _ = v.Text(desc, fDesc)
	text, ok := alertNames[string(desc)]
	if !ok {
		text = string(desc)
	}
	if level == 2 {
		l.add("Alert (Fatal: " + text + ")")
	} else {
		l.add("Alert (Warning: " + text + ")")
	}
}

// appendName appends the server name that a client asks for.
func appendName(dst []byte, v dissect.View) []byte {
	if name, ok := v.Text(append(dst, " (SNI="...), fName); ok {
		return append(name, ')')
	}
	return dst
}
