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
		"dsl":            {query{filter: "tcp.flags.syn == 1", format: "dsl"}, exitOK, "{\n  \"term\": {\n    \"tcp.flags.names\": \"syn\"\n  }\n}\n", ""},
		"kql":            {query{filter: "dns.qry.name contains \"example\"", format: "kql"}, exitOK, "dns.question.name: *example*\n", ""},
		"no filter":      {query{format: "dsl"}, exitUsage, "", "no filter: say which packets with --filter"},
		"wrong filter":   {query{filter: "tcp.port = 80", format: "dsl"}, exitUsage, "", `"=" (byte 10)`},
		"not in kql":     {query{filter: `http.host matches "a+"`, format: "kql"}, exitUsage, "", "KQL has no regular expressions"},
		"format":         {query{filter: "ip", format: "lucene"}, exitUsage, "", `--format "lucene": no such format, use dsl or kql`},
		"profile":        {query{filter: "ip", format: "dsl", searchFlags: searchFlags{profile: "huge"}}, exitUsage, "", `profile "huge": no such profile, use minimal, standard or full`},
		"not in profile": {query{filter: "ip.hdr_len > 20", format: "dsl", searchFlags: searchFlags{profile: "minimal"}}, exitUsage, "", "profile full only"},
		"to Kibana":      {query{filter: "ip", format: "kql", run: true}, exitUsage, "", "--format kql is for Kibana"},
		"no search":      {query{filter: "ip", format: "dsl", limit: 5}, exitUsage, "", "give --run as well"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			if code := new(app).runQuery(&c.q, &out, &errs); code != c.code || out.String() != c.out || !strings.Contains(errs.String(), c.errs) || (c.errs == "") != (errs.Len() == 0) {
				t.Errorf("exit %d, %q, %q", code, out.String(), errs.String())
			}
		})
	}
}
