// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/espbeat/espbeat/tshark/ek"
)

// maxTyped is how many fields chosen protocols may have together. Elasticsearch keeps each mapped field in memory, of every index, whether a document has it or
// not: radius alone has 11,000.
const maxTyped = 2000

// protocolsKey is the setting that names the protocols.
const protocolsKey = "espbeat.dissector.tshark.protocols"

// typed are the fields of chosen protocols, by the type that an index gives them.
type typed struct {
	fields *ek.Fields
	types  map[ek.Field]string
}

// choose asks tshark for the fields of the chosen protocols.
//
// It is asked for `-G fields`, Wireshark's table of them, of which `-G elastic-mapping` is an extract: that leaves out every text, gives bytes the type byte and
// intervals the type date, and numbers that -T ek writes in hexadecimal a type of numbers. It has protocols whose names have dots, and fields several times, and
// Elasticsearch refuses it.
func (p *Program) choose(ctx context.Context) error {
	if len(p.opt.Protocols) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	cmd := p.command(ctx, "-G", "fields")
	var errs tail
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return fmt.Errorf("%s -G fields: %w: it has to tell the fields of %s", p.path, err, protocolsKey)
	}
	t, known, err := readFields(out, p.opt.Protocols)
	if err != nil {
		cancel()
	}
	if ended := cmd.Wait(); err == nil && ended != nil {
		if err = ended; ctx.Err() != nil {
			err = ctx.Err()
		}
	}
	if err != nil {
		return fmt.Errorf("%s -G fields: %w%s: it has to tell the fields of %s", p.path, err, errs.said(), protocolsKey)
	}
	if err := t.check(p.opt.Protocols, known, p.version); err != nil {
		return err
	}
	p.typed = t
	return nil
}

// readFields reads what -G fields writes of some protocols, and which ones there are. A protocol is a line "P", name, filter name; a field is a line "F",
// name, filter name, type, filter name of its protocol, base that it is displayed in, and more, separated by tabs.
func readFields(r io.Reader, protocols []string) (t *typed, known map[string]bool, err error) {
	t, known = &typed{types: map[ek.Field]string{}}, map[string]bool{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		columns := strings.Split(lines.Text(), "\t")
		switch {
		case columns[0] == "P" && len(columns) >= 3:
			known[columns[2]] = true
		case columns[0] == "F" && len(columns) >= 6 && slices.Contains(protocols, columns[4]):
			t.add(ekField(columns[4], columns[2]), typeOf(columns[3], columns[5]))
		}
	}
	if lines.Err() == nil {
		flags := map[ek.Field]bool{}
		for field, is := range t.types {
			flags[field] = is == "boolean"
		}
		t.fields = ek.NewFields(flags)
	}
	return t, known, lines.Err()
}

// ekField is a field under the names of -T ek.
func ekField(protocol, name string) ek.Field {
	under := strings.NewReplacer(".", "_")
	return ek.Field{Protocol: under.Replace(protocol), Name: under.Replace(protocol + "." + name)}
}

// add notes the type of a field that has values. Wireshark has fields of one name with several types.
func (t *typed) add(field ek.Field, is string) {
	if was, ok := t.types[field]; ok && is != "" && was != is {
		is = "keyword"
	}
	if is != "" {
		t.types[field] = is
	}
}

// typeOf is the type of Elasticsearch that holds what -T ek writes of a field; "" where it writes no value.
func typeOf(ftype, base string) string {
	switch {
	case ftype == "FT_NONE" || ftype == "FT_PROTOCOL":
		return ""
	case ftype == "FT_BOOLEAN":
		return "boolean"
	case ftype == "FT_IPv4" || ftype == "FT_IPv6":
		return "ip"
	case ftype == "FT_ABSOLUTE_TIME":
		return "date"
	case ftype == "FT_RELATIVE_TIME" || ftype == "FT_FLOAT" || ftype == "FT_DOUBLE": // an interval is in seconds
		return "double"
	case ftype == "FT_FRAMENUM":
		return "long"
	case base == "BASE_HEX" || base == "BASE_HEX_DEC" || base == "BASE_OCT": // 0x0012
		return "keyword"
	case ftype == "FT_UINT64":
		return "unsigned_long"
	case strings.HasPrefix(ftype, "FT_INT") || strings.HasPrefix(ftype, "FT_UINT") && ftype != "FT_UINT_BYTES" && ftype != "FT_UINT_STRING":
		return "long"
	}
	return "keyword"
}

// check reports protocols that tshark does not know, and too many fields.
func (t *typed) check(protocols []string, known map[string]bool, version string) error {
	var unknown, counts []string
	for _, p := range protocols {
		if !known[p] {
			unknown = append(unknown, fmt.Sprintf("%q", p))
			continue
		}
		n := 0
		for field := range t.types {
			if field.Protocol == ekField(p, "").Protocol {
				n++
			}
		}
		counts = append(counts, fmt.Sprintf("%s has %d", p, n))
	}
	if len(unknown) > 0 {
		return fmt.Errorf("%s: %s: not known to tshark %s: use names that `tshark -G protocols` has in its third column, such as tls", protocolsKey, strings.Join(unknown, ", "), version)
	}
	if n := len(t.types); n > maxTyped {
		return fmt.Errorf("%s: %d fields (%s), and an index gets %d of them at most: name fewer protocols, or smaller ones; what the others say is found in the field layers",
			protocolsKey, n, strings.Join(counts, ", "), maxTyped)
	}
	return nil
}

// Properties map the fields of the chosen protocols, by protocol, and Elasticsearch counts as many fields; nil and 0 without any. A value that is not of its field's
// type stays in the document, and is not searched there.
func (p *Program) Properties() (properties map[string]any, count int) {
	if p.typed == nil {
		return nil, 0
	}
	properties = map[string]any{}
	for field, is := range p.typed.types {
		of, ok := properties[field.Protocol].(map[string]any)
		if !ok {
			of = map[string]any{"properties": map[string]any{}}
			properties[field.Protocol] = of
			count++
		}
		of["properties"].(map[string]any)[field.Name] = mappingOf(is)
		count++
	}
	return properties, count
}

func mappingOf(is string) map[string]any {
	switch is {
	case "boolean": // of which ek.Fields gathers true and false alone
		return map[string]any{"type": is}
	case "keyword":
		return map[string]any{"type": is, "ignore_above": 1024}
	}
	return map[string]any{"type": is, "ignore_malformed": true}
}
