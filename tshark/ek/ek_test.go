// SPDX-License-Identifier: Apache-2.0

package ek

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// frame is the layer frame of packet 7.
const frame = `"frame":{"frame_frame_time_epoch":"1438233730.468623001","frame_frame_number":"7"}`

// packet is the line of a packet with more layers.
func packet(layers string) string {
	return `{"timestamp":"1438233730468","layers":{` + frame + "," + layers + `}}`
}

func TestRepeatedKeysBecomeArrays(t *testing.T) {
	for name, c := range map[string]struct{ layers, want string }{
		"none":                {`"eth":{"a":"1","b":true,"c":null}`, `"eth":{"a":"1","b":true,"c":null}`},
		"in a layer":          {`"eth":{"a":"1","b":"2","a":"3"}`, `"eth":{"a":["1","3"],"b":"2"}`},
		"next to each other":  {`"eth":{"a":"1","a":"3"},"x":"y"`, `"eth":{"a":["1","3"]},"x":"y"`},
		"of all kinds":        {`"eth":{"a":"1","a":null,"a":true,"a":{"b":"2"},"a":-1.5e3}`, `"eth":{"a":["1",null,true,{"b":"2"},-1.5e3]}`},
		"with arrays":         {`"tcp":{"a":"2","a":["1","1"],"b":"0","a":"3","a":["0"]}`, `"tcp":{"a":["2","1","1","3","0"],"b":"0"}`},
		"with empty arrays":   {`"tcp":{"a":[],"a":"2","a":[],"a":[],"a":["3"],"a":[]}`, `"tcp":{"a":["2","3"]}`},
		"of empty arrays":     {`"tcp":{"a":[],"a":[]}`, `"tcp":{"a":[]}`},
		"of a layer":          {`"ip":{"a":"1"},"gre":{},"ip":{"a":"2"}`, `"ip":[{"a":"1"},{"a":"2"}],"gre":{}`},
		"in a list of layers": {`"ip":[{"a":"1","a":"2"},{"a":"3"}],"ip":{"b":"1","b":"2"}`, `"ip":[{"a":["1","2"]},{"a":"3"},{"b":["1","2"]}]`},
		"at every depth":      {`"a":{"b":{"c":{"d":"1","d":"2"},"c":{"d":"3"}},"e":"4"}`, `"a":{"b":{"c":[{"d":["1","2"]},{"d":"3"}]},"e":"4"}`},
		"only in one object":  {`"a":{"x":"1"},"b":{"x":"2"},"c":{"x":{"x":"3"}}`, `"a":{"x":"1"},"b":{"x":"2"},"c":{"x":{"x":"3"}}`},
		"that are empty":      {`"a":{"":"1","":"2"}`, `"a":{"":["1","2"]}`},
		"by another escape":   {`"a":{"\u0062":"1","b":"2"}`, `"a":{"b":["1","2"]}`},
		"with its own escape": {`"a":{"\"":"1","\"":"2"}`, `"a":{"\"":["1","2"]}`},
		"between spaces":      {`"a" : { "b" : "1" , "b" : [ "2" , "3" ] }`, `"a":{"b":["1","2","3"]}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, info, err := Document([]byte("before "), []byte(packet(c.layers)+"\r\n"), DefaultLimit)
			if err != nil || info.LeftOut != 0 {
				t.Fatal(info, err)
			}
			if want := "before " + packet(c.want); string(got) != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// TestManyKeys makes the table of keys grow.
func TestManyKeys(t *testing.T) {
	var in, want strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&in, `"k%d":"%d","again":"%d",`, i, i, i)
	}
	got, _, err := Document(nil, []byte(packet(`"x":{`+in.String()+`"k0":"end"}`)), DefaultLimit)
	if err != nil {
		t.Fatal(err)
	}
	want.WriteString(`"x":{"k0":["0","end"],"again":["0"`)
	for i := 1; i < 3000; i++ {
		fmt.Fprintf(&want, `,"%d"`, i)
	}
	want.WriteByte(']')
	for i := 1; i < 3000; i++ {
		fmt.Fprintf(&want, `,"k%d":"%d"`, i, i)
	}
	if want := packet(want.String() + "}"); string(got) != want {
		t.Errorf("got  %.300s\nwant %.300s", got, want)
	}
}

func TestStringsAreUTF8(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"UTF-8":                  {"Grüße ··S·", "Grüße ··S·"},
		"no UTF-8":               {"a\xff\xfe\xc3b", "a\ufffd\ufffd\ufffdb"},
		"cut UTF-8":              {"a\xe2\x82", "a\ufffd\ufffd"},
		"control characters":     {"a\x00\x1f\nb", `a\u0000\u001f\u000ab`},
		"both":                   {"\xff\t\x7f", "\ufffd" + `\u0009` + "\x7f"},
		"behind a backslash":     {`\\` + "\x01" + `\"` + "\xff" + `"` + `,"c":"\\`, `\\\u0001\"` + "\ufffd" + `","c":"\\`},
		"escapes":                {`\u00fc\n\/`, `\u00fc\n\/`},
		"longer than one word":   {"0123456789\xff0123456789", "0123456789\ufffd0123456789"},
		"a quote at every place": {`1\"12\"123\"1234\"12345\"123456\"1234567\"`, `1\"12\"123\"1234\"12345\"123456\"1234567\"`},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, err := Document(nil, []byte(packet(`"a":{"b":"`+c.in+`"}`)), DefaultLimit)
			if want := packet(`"a":{"b":"` + c.want + `"}`); err != nil || string(got) != want {
				t.Errorf("got  %s, %v\nwant %s", got, err, want)
			}
			if !json.Valid(got) {
				t.Error("no JSON")
			}
		})
	}
}

func TestInfo(t *testing.T) {
	line := func(timestamp, epoch string) string {
		return `{"timestamp":"` + timestamp + `","layers":{"frame":{` + epoch + `"frame_frame_number":"4294967296"}}}`
	}
	for name, c := range map[string]struct {
		line string
		want time.Time
		day  string
	}{
		"tshark 4.0":        {line("1438233730468", `"frame_frame_time_epoch":"1438233730.468623001",`), time.Unix(1438233730, 468623001), "2015-07-30"},
		"later ones":        {line("1438233730468", `"frame_frame_time_epoch":"2015-07-30T05:22:10.468623001Z",`), time.Unix(1438233730, 468623001), "2015-07-30"},
		"last moment":       {line("1438300799999", `"frame_frame_time_epoch":"1438300799.999999999",`), time.Unix(1438300799, 999999999), "2015-07-30"},
		"before 1970":       {line("18446744073709551615500", `"frame_frame_time_epoch":"-0.500000000",`), time.Unix(0, -5e8), "1969-12-31"},
		"no time":           {line("0000", ""), time.Unix(0, 0), "1970-01-01"},
		"not representable": {line("1438233730468", `"frame_frame_time_epoch":"Not representable",`), time.UnixMilli(1438233730468), "2015-07-30"},
	} {
		t.Run(name, func(t *testing.T) {
			_, info, err := Document(nil, []byte(c.line), DefaultLimit)
			if err != nil || info.Number != 1<<32 || !info.Time.Equal(c.want) || info.Day() != c.day {
				t.Errorf("%v of %s, %v; want %v of %s", info, info.Day(), err, c.want, c.day)
			}
		})
	}
}

func TestActionIsNoPacket(t *testing.T) {
	if IsPacket([]byte(`{"index":{"_index":"packets-2015-07-30","_type":"doc"}}`)) {
		t.Error("the action is taken for a packet")
	}
	if !IsPacket([]byte(packet(`"eth":{}`))) {
		t.Error("a packet is not taken for one")
	}
}

func TestErrorsSayWhere(t *testing.T) {
	for name, c := range map[string]struct{ line, want string }{
		"empty":              {"", "byte 0 of 0"},
		"a word":             {"tshark: The file", "byte 0 of 16: no object"},
		"cut in a string":    {`{"timestamp":"143`, "byte 17 of 17: the line ends"},
		"cut in an object":   {`{"timestamp":"1",`, "byte 17 of 17: the line ends"},
		"cut before a value": {`{"timestamp":`, "byte 13 of 13: the line ends"},
		"cut in an array":    {`{"a":[1`, "byte 7 of 7: the line ends"},
		"cut in an escape":   {`{"a":"\`, "byte 6 of 7: no escape"},
		"two objects":        {packet(`"a":{}`) + "{}", "something behind the object"},
		"no colon":           {`{"a" "b"}`, "byte 5 of 9: no colon"},
		"no comma":           {`{"a":"b" "c":"d"}`, "byte 9 of 17: neither a comma nor an end"},
		"no value":           {`{"a":,"b":1}`, "byte 5 of 12: no value"},
		"more than a word":   {`{"a":nullify}`, "byte 9 of 13: neither a comma nor an end"},
		"no number":          {`{"a":01}`, "byte 5 of 8: no value"},
		"key without quotes": {`{a:1}`, "byte 1 of 5: no key"},
		"escape":             {`{"a":"\x"}`, "byte 6 of 10: no escape"},
		"short escape":       {`{"a":"\u12"}`, "byte 6 of 12: no escape"},
		"comma at the end":   {`{"a":"b",}`, "byte 9 of 10: no key"},
		"an action":          {`{"index":{"_index":"packets-2015-07-30","_type":"doc"}}`, "no layers"},
		"no frame":           {`{"timestamp":"1","layers":{"eth":{}}}`, "no layer frame: tshark has to write all layers"},
		"no number of it":    {`{"timestamp":"1","layers":{"frame":{}}}`, "frame.number"},
		"too deep":           {packet(strings.Repeat(`"a":{`, 2000) + strings.Repeat(`}`, 2000)), "objects in each other"},
	} {
		t.Run(name, func(t *testing.T) {
			got, info, err := Document([]byte("before"), []byte(c.line), DefaultLimit)
			if err == nil || !strings.Contains(err.Error(), c.want) || string(got) != "before" || info != (Info{}) {
				t.Errorf("%s, %v, %v; want an error with %q", got, info, err, c.want)
			}
		})
	}
}
