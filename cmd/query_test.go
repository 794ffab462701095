// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"bytes"
	"strings"
	"testing"
)

func TestQuery(t *testing.T) {
	for name, c := range map[string]struct {
		q         query
		code      int
		out, errs string
	}{
		"dsl":            {query{"tcp.flags.syn == 1", "dsl", "standard"}, exitOK, "{\n  \"term\": {\n    \"tcp.flags.names\": \"syn\"\n  }\n}\n", ""},
		"kql":            {query{"dns.qry.name contains \"example\"", "kql", "standard"}, exitOK, "dns.question.name: *example*\n", ""},
		"no filter":      {query{"", "dsl", "standard"}, exitUsage, "", "no filter: say which packets with --filter"},
		"wrong filter":   {query{"tcp.port = 80", "dsl", "standard"}, exitUsage, "", `"=" (byte 10)`},
		"not in kql":     {query{`http.host matches "a+"`, "kql", "standard"}, exitUsage, "", "KQL has no regular expressions"},
		"format":         {query{"ip", "lucene", "standard"}, exitUsage, "", `--format "lucene": no such format, use dsl or kql`},
		"profile":        {query{"ip", "dsl", "huge"}, exitUsage, "", `profile "huge": no such profile, use minimal, standard or full`},
		"not in profile": {query{"ip.hdr_len > 20", "dsl", "minimal"}, exitUsage, "", "profile full only"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			if code := c.q.run(&out, &errs); code != c.code || out.String() != c.out || !strings.Contains(errs.String(), c.errs) || (c.errs == "") != (errs.Len() == 0) {
				t.Errorf("exit %d, %q, %q", code, out.String(), errs.String())
			}
		})
	}
}
