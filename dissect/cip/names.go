// SPDX-License-Identifier: Apache-2.0

package cip

import "fmt"

// commonServices mean the same in all classes (CIP volume 1, appendix A).
var commonServices = [lastCommon + 1]string{1: "Get Attributes All", 2: "Set Attributes All", 3: "Get Attribute List", 4: "Set Attribute List", 5: "Reset", 6: "Start", 7: "Stop",
	8: "Create", 9: "Delete", 0x0a: "Multiple Service Packet", 0x0d: "Apply Attributes", 0x0e: "Get Attribute Single", 0x10: "Set Attribute Single", 0x11: "Find Next Object Instance",
	0x14: "Error Response", 0x15: "Restore", 0x16: "Save", 0x17: "No Operation", 0x18: "Get Member", 0x19: "Set Member", 0x1a: "Insert Member", 0x1b: "Remove Member", 0x1c: "Group Sync"}

// Services of one class each: the Connection Manager's, and those of Logix controllers for tags.
var (
	managerServices = map[uint8]string{forwardClose: "Forward Close", unconnected: "Unconnected Send", forwardOpen: "Forward Open", 0x56: "Get Connection Data", 0x57: "Search Connection Data",
		0x5a: "Get Connection Owner", largeOpen: "Large Forward Open"}
	tagServices = map[uint8]string{0x4c: "Read Tag", 0x4d: "Write Tag", 0x4e: "Read Modify Write Tag", 0x52: "Read Tag Fragmented", 0x53: "Write Tag Fragmented", 0x55: "Get Instance Attribute List"}
)

const (
	classPCCC, executePCCC = 0x67, 0x4b
	classSymbol            = 0x6b
)

// name is what the service is called.
func (t target) name() string {
	s := ""
	switch {
	case t.service <= lastCommon:
		s = commonServices[t.service]
	case t.class == classConnectionManager:
		s = managerServices[t.service]
	case t.class == classPCCC && t.service == executePCCC:
		s = "Execute PCCC"
	case t.symbol != "" || t.class == classSymbol:
		s = tagServices[t.service]
	}
	if s == "" {
		s = fmt.Sprintf("Service (0x%02x)", t.service)
	}
	return s
}

// classes are the names of classes (CIP volume 1, 5; volume 2, 5), for summary lines.
var classes = map[string]string{"1": "Identity", "2": "Message Router", "3": "DeviceNet", "4": "Assembly", "5": "Connection", "6": "Connection Manager", "7": "Register", "15": "Parameter",
	"16": "Parameter Group", "55": "File", "57": "Safety Supervisor", "58": "Safety Validator", "67": "Time Sync", "68": "Modbus", "71": "Device Level Ring", "72": "QoS", "103": "PCCC Class",
	"107": "Symbol", "108": "Template", "240": "ControlNet", "243": "Connection Configuration", "244": "Port", "245": "TCP/IP Interface", "246": "Ethernet Link"}

// statuses are the general statuses (CIP volume 1, appendix B).
var statuses = map[string]string{"0": "Success", "1": "Connection failure", "2": "Resource unavailable", "3": "Invalid parameter value", "4": "Path segment error", "5": "Path destination unknown",
	"6": "Partial transfer", "7": "Connection lost", "8": "Service not supported", "9": "Invalid attribute value", "10": "Attribute list error", "11": "Already in requested mode or state",
	"12": "Object state conflict", "13": "Object already exists", "14": "Attribute not settable", "15": "Privilege violation", "16": "Device state conflict", "17": "Reply data too large",
	"18": "Fragmentation of a primitive value", "19": "Not enough data", "20": "Attribute not supported", "21": "Too much data", "22": "Object does not exist", "25": "Store operation failure",
	"26": "Request packet too large", "27": "Response packet too large", "28": "Missing attribute list entry data", "29": "Invalid attribute value list", "30": "Embedded service error",
	"31": "Vendor specific error", "32": "Invalid parameter", "34": "Invalid reply received", "37": "Key failure in path", "38": "Path size invalid", "40": "Invalid member ID"}
