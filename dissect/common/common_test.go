// SPDX-License-Identifier: Apache-2.0

package common

import (
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

func TestAppendURL(t *testing.T) {
	tests := []struct{ name, url, want string }{
		{"nothing secret", "/a?b=c&tokens=3&monkey=4#d", "/a?b=c&tokens=3&monkey=4#d"},
		{"parameter", "/?a=1&access_token=x&b=2", "/?a=1&access_token=[redacted]&b=2"},
		{"any case and punctuation", "?Api-Key=x;X-Amz-Signature=y", "?Api-Key=[redacted];X-Amz-Signature=[redacted]"},
		{"percent-encoded name", "?%74%6Fken=x", "?%74%6Fken=[redacted]"},
		{"broken percent-encoding", "?%7%token=x&%", "?%7%token=[redacted]&%"},
		{"value with an equals sign", "?pwd=a=b", "?pwd=[redacted]"},
		{"second question mark", "?a=1?token=x", "?a=1?token=[redacted]"},
		{"fragment", "/cb#id_token=x", "/cb#id_token=[redacted]"},
		{"path parameter", "/a;jsessionid=x/b?c", "/a;jsessionid=[redacted]?c"},
		{"password of the authority", "ftp://u:p:q@h/x@y", "ftp://u:[redacted]@h/x@y"},
		{"user alone", "http://u@h", "http://u@h"},
		{"empty value", "?token=&a=b", "?token=[redacted]&a=b"},
		{"long name", "?" + string(make([]byte, 100)) + "token=x", "?" + string(make([]byte, 100)) + "token=[redacted]"},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(AppendURL(nil, &field.Buffer{}, []byte(tt.url))); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if got := string(AppendURL(nil, &field.Buffer{Reveal: true}, []byte(tt.url))); got != tt.url {
				t.Errorf("revealed %q, want %q", got, tt.url)
			}
		})
	}
}

// Responses take the oldest request of their key; bytes of no conversation are tied to nothing.
func TestTransactions(t *testing.T) {
	var o field.Buffer
	o.Start()
	p := &dissect.Packet{Out: &o, Number: 7, Time: 100}
	c := &dissect.Conversation{ID: "x"}
	if a, b := Request(p, c, 1), Request(p, c, 1); a != 1 || b != 2 {
		t.Errorf("ordinals %d, %d", a, b)
	}
	if _, ok := Response(p, c, 2); ok {
		t.Error("a response without a request")
	}
	p.Number, p.Time = 9, 250
	if r, ok := Response(p, c, 1); !ok || r.Ordinal != 1 || r.Number != 7 {
		t.Errorf("response to %+v, %v", r, ok)
	}
	n := o.Len()
	if Request(p, nil, 1) != 0 {
		t.Error("a request of no conversation")
	}
	p.Quoted = true
	if _, ok := Response(p, c, 1); ok || o.Len() != n {
		t.Error("a quoted response")
	}
}

// What is asked again in time is asked once; later it takes the place of what was asked before. Other keys are left alone.
func TestRepeatable(t *testing.T) {
	var o field.Buffer
	o.Start()
	p := &dissect.Packet{Out: &o}
	c := &dissect.Conversation{ID: "x"}
	at := func(number uint64, time int64) { p.Number, p.Time = number, time }
	at(1, 0)
	Request(p, c, 8)
	Repeatable(p, c, 7, 10)
	at(2, 9)
	Repeatable(p, c, 7, 10)
	if r, ok := c.Asked(7); !ok || r.Number != 1 {
		t.Errorf("repeated in time: %+v, %v", r, ok)
	}
	at(3, 10)
	Repeatable(p, c, 7, 10)
	if r, ok := Response(p, c, 7); !ok || r.Number != 3 || r.Ordinal != 3 {
		t.Errorf("repeated too late: the response is to %+v, %v", r, ok)
	}
	if _, ok := c.Asked(7); ok {
		t.Error("what was replaced is still open")
	}
	if r, ok := Response(p, c, 8); !ok || r.Number != 1 {
		t.Errorf("another key: %+v, %v", r, ok)
	}
	p.Quoted = true
	Repeatable(p, c, 7, 10)
	p.Quoted = false
	Repeatable(p, nil, 7, 10)
	if _, ok := c.Asked(7); ok {
		t.Error("a fragment's bytes asked")
	}
}

func FuzzURL(f *testing.F) {
	f.Add([]byte("http://u:p@[::1]:80/a;b=c?token=x#y"), []byte("h:1"))
	f.Add([]byte("*"), []byte("[::"))
	var o field.Buffer
	f.Fuzz(func(t *testing.T, target, host []byte) {
		o.Reset()
		o.Start()
		URL(&o, "http", target, host, false)
		URL(&o, "http", target, host, true)
		once := AppendURL(nil, &o, target)
		if twice := AppendURL(nil, &o, once); string(twice) != string(once) {
			t.Fatalf("%q is redacted to %q, that to %q", target, once, twice)
		}
	})
}
