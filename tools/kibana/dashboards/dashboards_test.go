// SPDX-License-Identifier: Apache-2.0

package dashboards

import (
	"slices"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/field/schema"
)

// takes tells whether Lens lets an operation have a field of an Elasticsearch type.
func takes(o Operation, kind string) bool {
	number := strings.Contains("short integer long double", kind)
	switch o {
	case Terms: // not of dates
		return number || kind == "keyword" || kind == "wildcard" || kind == "ip" || kind == "boolean"
	case UniqueOf:
		return number || kind == "keyword" || kind == "ip" || kind == "boolean"
	case DateHistogram:
		return kind == "date_nanos"
	case LastOf:
		return number || kind == "date_nanos" || kind == "keyword" || kind == "ip" || kind == "boolean"
	}
	return number
}

// kindOf is the type of a field in the template of profile standard, "" when it has none that can be aggregated.
func kindOf(t *testing.T, name string) string {
	t.Helper()
	d, ok := DefOf(name)
	if !ok {
		t.Errorf("%s is no field of profile standard", name)
		return ""
	}
	if d.Type == field.Text || d.Type == field.Object {
		t.Errorf("%s is mapped as %s, which cannot be aggregated", name, schema.TypeName(d.Type))
	}
	return schema.TypeName(d.Type)
}

func TestPanelsAskForFieldsThatThereAre(t *testing.T) {
	for _, d := range All() {
		for _, r := range d.Rows {
			for _, p := range r.Panels {
				for _, name := range p.FieldsOf() {
					kindOf(t, name)
				}
				for _, c := range p.Columns {
					if c.Operation == CountOf {
						continue
					}
					if kind := kindOf(t, c.Field); !takes(c.Operation, kind) {
						t.Errorf("%s/%s: %s of %s, which is %q", d.ID, p.ID, c.Operation, c.Field, kind)
					}
					if c.Format == Bytes && !strings.Contains(c.Field, "bytes") && !strings.HasSuffix(c.Field, "len") {
						t.Errorf("%s/%s: %s is shown as bytes", d.ID, p.ID, c.Field)
					}
					if def, _ := DefOf(c.Field); (c.Format == Nanoseconds) != strings.HasSuffix(def.Description, "nanoseconds") && !c.Splits() && c.Operation != LastOf {
						t.Errorf("%s/%s: %s (%s) has the format %s", d.ID, p.ID, c.Field, def.Description, c.Format)
					}
				}
			}
		}
		for _, c := range d.Controls {
			if kind := kindOf(t, c.Field); !takes(Terms, kind) || kind == "wildcard" {
				t.Errorf("%s: the control %s is mapped as %q", d.ID, c.Field, kind)
			}
		}
	}
	for _, s := range Searches() {
		for _, name := range append(s.Where.fields(), s.Fields...) {
			kindOf(t, name)
		}
	}
}

// What a chart shows must be among its columns, those that split before those that count.
func TestChartsHaveTheirColumns(t *testing.T) {
	for _, d := range All() {
		for _, r := range d.Rows {
			for _, p := range r.Panels {
				splits, times := 0, 0
				for i, c := range p.Columns {
					if c.Splits() != (i < p.FirstNumber()) {
						t.Errorf("%s/%s: column %q stands on the wrong side", d.ID, p.ID, c.Label)
					}
					if c.Operation == DateHistogram {
						times++
					} else if c.Splits() {
						splits++
					}
				}
				numbers := len(p.Columns) - splits - times
				if ranked := slices.ContainsFunc(p.Columns, func(c Column) bool { return c.Operation == Terms && !c.Alphabetical }); ranked && p.Ranks() < 0 {
					t.Errorf("%s/%s: there is no number by which values are ranked", d.ID, p.ID)
				}
				fine := map[Chart]bool{
					Number: splits == 0 && times == 0 && numbers <= 2, Table: splits > 0 && times == 0, Donut: splits == 1 && times == 0 && numbers == 1,
					Ranking: splits == 1 && times == 0 && numbers == 1, Bars: times == 1 && splits <= 1 && (splits == 0 || numbers == 1),
					Lines: times == 1 && splits <= 1 && (splits == 0 || numbers == 1), List: len(p.Columns) == 0,
				}[p.Chart]
				if !fine || numbers == 0 != (p.Chart == List) {
					t.Errorf("%s/%s: a %s of %d splits, %d times and %d numbers", d.ID, p.ID, p.Chart, splits, times, numbers)
				}
			}
		}
	}
}

func TestRowsFillTheWidth(t *testing.T) {
	for _, d := range All() {
		ids := map[string]bool{}
		for i, r := range d.Rows {
			width := 0
			for _, p := range r.Panels {
				if width += p.Width; ids[p.ID] || p.Title == "" {
					t.Errorf("%s/%s: there are two, or it has no title", d.ID, p.ID)
				}
				ids[p.ID] = true
				if r.IsLedger() && p.Of != Ledger {
					t.Errorf("%s/%s is of no ledger, and is left out with its row", d.ID, p.ID)
				}
			}
			if width != Columns {
				t.Errorf("%s: row %d is %d wide", d.ID, i, width)
			}
		}
	}
}

// A list of a dashboard is a saved search, and every saved search is one: libbeat loads no others.
func TestSearchesAreShown(t *testing.T) {
	shown := map[string]bool{}
	for _, d := range All() {
		for _, r := range d.Rows {
			for _, p := range r.Panels {
				if p.Chart == List {
					shown[p.ID] = true
				}
			}
		}
	}
	for _, s := range Searches() {
		if !shown[s.ID] {
			t.Errorf("no dashboard shows the search %s", s.ID)
		}
		delete(shown, s.ID)
	}
	for id := range shown {
		t.Errorf("there is no search %s", id)
	}
}

func TestFilter(t *testing.T) {
	f := Has("a.b").And(Is("c", `x"y`)).And(Not(Is("d", "1", "2"))).And(Between("e", 400, 500))
	const want = `a.b : * and c : "x\"y" and not d : ("1" or "2") and (e >= 400 and e < 500)`
	if got := f.KQL(); got != want {
		t.Errorf("KQL %s, want %s", got, want)
	}
	q := f.Query()["bool"].(map[string]any)
	if len(q["filter"].([]any)) != 3 || len(q["must_not"].([]any)) != 1 {
		t.Errorf("query %v", q)
	}
	if Filter(nil).KQL() != "" || len(Not(Not(Has("a")))) != 1 || Not(Not(Has("a")))[0].Not {
		t.Error("an empty filter asks for something, or two nots do not cancel out")
	}
}
