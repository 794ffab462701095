// SPDX-License-Identifier: Apache-2.0

package openflow

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
)

// names are the types (ofp_type) of versions 1.1 and later; 1.0 counts otherwise from 16 on.
var (
	names = [typeMax + 1]string{
		"HELLO", "ERROR", "ECHO_REQUEST", "ECHO_REPLY", "EXPERIMENTER", "FEATURES_REQUEST", "FEATURES_REPLY", "GET_CONFIG_REQUEST", "GET_CONFIG_REPLY", "SET_CONFIG",
		"PACKET_IN", "FLOW_REMOVED", "PORT_STATUS", "PACKET_OUT", "FLOW_MOD", "GROUP_MOD", "PORT_MOD", "TABLE_MOD", "MULTIPART_REQUEST", "MULTIPART_REPLY",
		"BARRIER_REQUEST", "BARRIER_REPLY", "QUEUE_GET_CONFIG_REQUEST", "QUEUE_GET_CONFIG_REPLY", "ROLE_REQUEST", "ROLE_REPLY", "GET_ASYNC_REQUEST", "GET_ASYNC_REPLY",
		"SET_ASYNC", "METER_MOD", "ROLE_STATUS", "TABLE_STATUS", "REQUESTFORWARD", "BUNDLE_CONTROL", "BUNDLE_ADD_MESSAGE", "CONTROLLER_STATUS",
	}
	names10 = [...]string{15: "PORT_MOD", "STATS_REQUEST", "STATS_REPLY", "BARRIER_REQUEST", "BARRIER_REPLY", "QUEUE_GET_CONFIG_REQUEST", "QUEUE_GET_CONFIG_REPLY"}
)

const (
	firstOther10  = 15
	experimenter  = 4
	oldestRenamed = 1
)

// nameOf is the name of a type, "" where the version has none.
func nameOf(version, kind uint8) string {
	switch {
	case version != oldestRenamed:
		return names[kind]
	case kind >= uint8(len(names10)):
		return ""
	case kind >= firstOther10:
		return names10[kind]
	case kind == experimenter:
		return "VENDOR"
	}
	return names[kind]
}

// asks reports whether the next type answers this one.
func asks(version, kind uint8) bool {
	if version == oldestRenamed {
		return kind == 16 || kind == 18 || kind == 20
	}
	return kind == 18 || kind == 20 || kind == 22 || kind == 24 || kind == 26
}

// summary reads "Type: HELLO", as in Wireshark, of each message.
func summary(dst []byte, v dissect.View) []byte {
	return common.Lines(append(dst, "Type: "...), v, fType, fErrType)
}
