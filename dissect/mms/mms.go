// SPDX-License-Identifier: Apache-2.0

package mms

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Units (ISO 9506-2, 7.1), by the number of their tag.
const (
	confirmedRequest  = 0
	confirmedResponse = 1
	confirmedError    = 2
)

// Services (ISO 9506-2, 7.2) that are told apart, by the number of their tag.
const (
	getNameList   = 1
	identify      = 2
	fileOpen      = 72
	fileDelete    = 76
	fileDirectory = 77
)

const (
	numberMask  = 0x1f // of a tag; all ones say that the number follows
	constructed = 0x20
	tagName     = 0x1a // a VisibleString
	tagFile     = 0x19 // a GraphicString
	maxDepth    = 8
	maxNames    = 64
)

var (
	fields   = field.Group("mms")
	fPDU     = fields.Add("pdu", field.Uint8, "", "Unit of each message: 0 request, 1 response, 2 error, 3 unconfirmed (reports), 4 reject, 8 to 10 initiation, 11 to 13 conclusion")
	fInvoke  = fields.Add("invoke_id", field.Int64, "mms.invokeID", "Identifier that pairs a response with its request", field.Rare)
	fService = fields.Add("service", field.Uint8, "mms.confirmedServiceRequest, mms.confirmedServiceResponse", "Service: 0 status, 1 names, 2 identify, 4 read, 5 write, 6 attributes of a variable, 72 open, 73 read, 74 close, 76 delete a file, 77 list files, …")
	fDomain  = fields.Add("domain_id", field.Keyword, "mms.domainId", "Domain of each variable that is asked for: the logical device")
	fItem    = fields.Add("item_id", field.Keyword, "mms.itemId", "Name of each variable that is asked for in its domain, as LLN0$ST$Mod")
	fFile    = fields.Add("file_name", field.Keyword, "mms.FileName_item", "Name of a file")
	fVendor  = fields.Add("vendor_name", field.Keyword, "mms.vendorName", "Vendor of the device", field.Rare, field.Detail)
	fModel   = fields.Add("model_name", field.Keyword, "mms.modelName", "Model of the device")
	fClass   = fields.Add("error_class", field.Uint8, "mms.errorClass", "Class of an error: 2 definition, 4 service, 7 access, 11 file, …", field.Rare)
)

// element reads an element, of which the number of the tag may take a byte of its own, below 128.
func element(c *common.Cursor) (tag, number uint8, v common.Cursor) {
	if len(c.B) > 0 && c.B[0]&numberMask == numberMask {
		tag = c.U8()
		number, v = c.Element() // the second byte is read as if it were the tag
		return tag, number, v
	}
	tag, v = c.Element()
	return tag, tag & numberMask, v
}

// message reads a unit of MMS.
func message(c common.Cursor) {
	p := c.P
	if !p.Push(Protocol) {
		return
	}
	p.Message(Protocol)
	_, kind, v := element(&c)
	if c.Failed {
		return
	}
	p.Out.Uint(fPDU, uint64(kind))
	switch kind {
	case confirmedRequest, confirmedResponse, confirmedError:
		_, number := v.Element()
		id := number.Integer()
		if number.Failed {
			return
		}
		p.Out.Int(fInvoke, id)
		key := uint64(id) //nolint:gosec // any number tells them apart
		if kind == confirmedRequest {
			common.Repeatable(p, p.Conversation, key, 0)
		} else {
			common.Response(p, p.Conversation, key)
		}
		switch kind {
		case confirmedRequest:
			request(v)
		case confirmedResponse:
			response(v)
		default:
			serviceError(v)
		}
	}
}

// request reads the service that is asked for, and the names in it.
func request(c common.Cursor) {
	if !c.More() {
		return
	}
	tag, service, v := element(&c)
	if c.Failed {
		return
	}
	c.P.Out.Uint(fService, uint64(service))
	switch service {
	case getNameList:
		const scope, domain = 0xa1, 0x81
		for n := 0; v.More() && n < maxDepth; n++ {
			if tag, part := v.Element(); tag == scope && part.More() {
				if tag, name := part.Element(); tag == domain {
					name.Text(fDomain, name.Wire)
				}
			}
		}
	case fileOpen, fileDelete, fileDirectory:
		files(v, 0)
	default:
		if tag&constructed != 0 {
			n := maxNames
			names(v, 0, &n)
		}
	}
}

// names looks for the names of variables in domains: a SEQUENCE of two VisibleStrings, which values in requests are not.
func names(c common.Cursor, depth int, left *int) {
	for seen := 0; c.More() && len(c.B) > 0 && *left > 0; {
		tag, _, v := element(&c)
		switch {
		case tag == tagName && seen == 0:
			v.Text(fDomain, v.Wire)
			seen++
		case tag == tagName:
			v.Text(fItem, v.Wire)
			*left--
		case tag&constructed != 0 && depth < maxDepth:
			names(v, depth+1, left)
		}
	}
}

// files looks for the name of a file, in as many parts as the service makes of it.
func files(c common.Cursor, depth int) {
	for n := 0; c.More() && len(c.B) > 0 && n < maxDepth; n++ {
		tag, _, v := element(&c)
		switch {
		case tag == tagFile:
			v.Text(fFile, v.Wire)
		case tag&constructed != 0 && depth < maxDepth:
			files(v, depth+1)
		}
	}
}

// response reads the service that is answered, and what a device says that it is.
func response(c common.Cursor) {
	if !c.More() {
		return
	}
	_, service, v := element(&c)
	if c.Failed {
		return
	}
	c.P.Out.Uint(fService, uint64(service))
	if service != identify {
		return
	}
	const vendor, model = 0x80, 0x81
	for n := 0; v.More() && n < maxDepth; n++ {
		switch tag, part := v.Element(); tag {
		case vendor:
			part.Text(fVendor, part.Wire)
		case model:
			part.Text(fModel, part.Wire)
		}
	}
}

// serviceError reads the class of an error.
func serviceError(c common.Cursor) {
	const errorOf, class = 0xa2, 0xa0
	for n := 0; c.More() && n < maxDepth; n++ {
		tag, v := c.Element()
		if tag != errorOf || !v.More() {
			continue
		}
		if tag, of := v.Element(); tag == class && of.More() {
			if number, _ := of.Element(); !of.Failed {
				c.P.Out.Uint(fClass, uint64(number&numberMask))
			}
		}
	}
}

var pdus = map[uint64]string{confirmedRequest: "confirmed-RequestPDU", confirmedResponse: "confirmed-ResponsePDU", confirmedError: "confirmed-ErrorPDU", 3: "unconfirmed-PDU", 4: "rejectPDU",
	5: "cancel-RequestPDU", 6: "cancel-ResponsePDU", 7: "cancel-ErrorPDU", 8: "initiate-RequestPDU", 9: "initiate-ResponsePDU", 10: "initiate-ErrorPDU", 11: "conclude-RequestPDU", 12: "conclude-ResponsePDU", 13: "conclude-ErrorPDU"}

var services = map[uint64]string{0: "status", getNameList: "getNameList", identify: "identify", 3: "rename", 4: "read", 5: "write", 6: "getVariableAccessAttributes", 7: "defineNamedVariable",
	11: "defineNamedVariableList", 12: "getNamedVariableListAttributes", 13: "deleteNamedVariableList", fileOpen: "fileOpen", 73: "fileRead", 74: "fileClose", 75: "fileRename", fileDelete: "fileDelete", fileDirectory: "fileDirectory"}

// summary reads "7 confirmed-RequestPDU read IED1LD0 LLN0$ST$Mod".
func summary(dst []byte, v dissect.View) []byte {
	kind, ok := v.Uint(fPDU)
	if !ok {
		return dst
	}
	if text, ok := v.Text(dst, fInvoke); ok {
		dst = append(text, ' ')
	}
	dst = append(dst, pdus[kind]...)
	if service, ok := v.Uint(fService); ok {
		if name := services[service]; name != "" {
			dst = append(append(dst, ' '), name...)
		} else {
			dst = strconv.AppendUint(append(dst, " service "...), service, 10)
		}
	}
	for _, id := range [...]field.ID{fDomain, fItem, fFile, fVendor, fModel} {
		if text, ok := v.Text(append(dst, ' '), id); ok {
			dst = text
		}
	}
	return dst
}
