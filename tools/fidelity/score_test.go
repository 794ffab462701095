// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"
)

const (
	facts   = "# fact\tfield\ttype\tmode\tgroup\thint\nip.ttl\tip.ttl\tint\tfirst\tnet\t\nip.src\tip.src\tip\tfirst\tnet\t\ndns.id\tdns.id\tint\tfirst\tapp\t\n"
	results = `{"ip.ttl": {"packets": 1000, "agree": 1000, "missing": 0, "wrong": 0, "extra": 0, "score": 1},
		"ip.src": {"packets": 19, "agree": 18, "missing": 1, "wrong": 0, "extra": 0, "examples": {}},
		"dns.id": {"packets": 100, "agree": 1, "missing": 99, "wrong": 0, "extra": 0},
		"_total": {"micro": 0.9, "macro": 0.6, "facts": 3, "packets": 1000, "events": 1000, "captures": 2, "reach": 0.5, "failed": []}}`
)

func TestMarkdown(t *testing.T) {
	s, err := score([]byte(results), facts)
	if err != nil {
		t.Fatal(err)
	}
	text := s.markdown()
	for _, want := range []string{"| net | 2 | 1019 | 1018 | 1 | 0 | 0 | 99.90 % |", "| `ip.src` | 19 | 18 | 1 | 0 | 0 | 94.74 % |", "2 captures, 1000 packets",
		"fewer than 20 times, so that their figures say little; tests with made packets cover each:\n\n`ip.src` 18 of 19.\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("table lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "`ip.ttl`") || strings.Contains(text, "`dns.id` 1 of") {
		t.Errorf("a fact without a difference is listed, or a frequent one as rare:\n%s", text)
	}
}

func TestSums(t *testing.T) {
	s, err := score([]byte(results), facts)
	if err != nil {
		t.Fatal(err)
	}
	text, err := s.sums()
	if want := "{\"dns\":{\"packets\":100,\"agree\":1},\n\"ip\":{\"packets\":1019,\"agree\":1018}}\n"; err != nil || string(text) != want {
		t.Errorf("%v, %s", err, text)
	}
}

func TestGoals(t *testing.T) {
	for name, c := range map[string]struct{ from, to, missed string }{
		"met_a_rare_fact_has_none": {"", "", ""},
		"fact_below":               {`"packets": 19, "agree": 18`, `"packets": 20, "agree": 19`, "fact ip.src"},
		"group_below":              {`"packets": 1000, "agree": 1000`, `"packets": 1000, "agree": 990`, "group net"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := score([]byte(strings.Replace(results, c.from, c.to, 1)), facts)
			if err != nil {
				t.Fatal(err)
			}
			switch err := s.goals(); {
			case c.missed == "" && err != nil:
				t.Error(err)
			case c.missed != "" && (err == nil || !strings.Contains(err.Error(), c.missed)):
				t.Errorf("got %v, want an error about %s", err, c.missed)
			}
		})
	}
}

func TestRefusesWhatIsNoComparison(t *testing.T) {
	for name, text := range map[string]string{"not_json": "x", "empty": "{}", "unknown_fact": `{"a.b": {"packets": 1}}`} {
		if _, err := score([]byte(text), facts); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestReplaceKeepsTheRestOfThePage(t *testing.T) {
	got, err := replace("words\n"+begin+"\nold\n"+end+"\nmore\n", "new\n")
	if want := "words\n" + begin + "\nnew\n" + end + "\nmore\n"; got != want || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := replace("words\n", "new\n"); err == nil {
		t.Error("a page without the marks gives no error")
	}
}
