// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"
)

const stream = `{"Action":"start","Package":"p"}
{"Action":"output","Package":"p","Test":"TestGood","Output":"quiet\n"}
{"Action":"pass","Package":"p","Test":"TestGood","Elapsed":0.1}
{"Action":"output","Package":"p","Test":"TestBad","Output":"    bad_test.go:3: got 1, want 2\n"}
{"Action":"fail","Package":"p","Test":"TestBad","Elapsed":0.1}
{"Action":"output","Package":"p","Test":"TestCorpus","Output":"    x_test.go:7: no corpus: put it there\n"}
{"Action":"output","Package":"p","Test":"TestCorpus","Output":"--- SKIP: TestCorpus (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestCorpus","Elapsed":0}
{"Action":"skip","Package":"p","Test":"TestSilent","Elapsed":0}
{"Action":"fail","Package":"p","Elapsed":0.4}
{"Action":"skip","Package":"no/tests","Elapsed":0}
{"ImportPath":"q","Action":"build-output","Output":"q.go:1: does not compile\n"}
not an event
`

func TestSummary(t *testing.T) {
	for name, c := range map[string]struct {
		allow      string
		unexpected int
		want       []string
	}{
		"no_list_allows_all":         {"", 0, []string{"skip  p.TestCorpus: no corpus: put it there\n", "skip  p.TestSilent: no reason given\n"}},
		"list_names_one":             {"# why\n\n^p\\.TestCorpus: no corpus", 1, []string{"skip  p.TestCorpus", "SKIP, not allowed  p.TestSilent"}},
		"list_of_comments_only":      {"# nothing", 2, []string{"SKIP, not allowed  p.TestCorpus"}},
		"failures_and_builds_appear": {"TestCorpus\nTestSilent", 0, []string{"got 1, want 2\n", "FAIL  p 0.4 s\n", "q.go:1: does not compile\n", "not an event\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			var allowed *allowList
			if c.allow != "" {
				var err error
				if allowed, err = parseAllowList(c.allow); err != nil {
					t.Fatal(err)
				}
			}
			s := newSummary(&out)
			if err := s.read(strings.NewReader(stream)); err != nil {
				t.Fatal(err)
			}
			if n := s.printSkips(allowed); n != c.unexpected {
				t.Errorf("%d skips were not expected, want %d", n, c.unexpected)
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("output lacks %q:\n%s", want, out.String())
				}
			}
			if strings.Contains(out.String(), "quiet") {
				t.Errorf("the output of a test that passed is printed:\n%s", out.String())
			}
		})
	}
}

func TestAllowListRefusesWhatDoesNotCompile(t *testing.T) {
	if _, err := parseAllowList("fine\n("); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("error %v does not name line 2", err)
	}
}
