// SPDX-License-Identifier: Apache-2.0

// Package dashboards is the one description of espbeat's Kibana dashboards: what each asks of the documents, and how it shows the answer. Everything else
// is made of it: the saved objects that setup loads, those of the Fleet package, and the searches and pictures of the tests.
package dashboards

import (
	"slices"

	_ "github.com/espbeat/espbeat/dissect/all" // defines the fields of all protocols
	_ "github.com/espbeat/espbeat/document"    // defines the ECS core
	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/field/schema"
)

// Columns is the width of a dashboard, in Kibana's units.
const Columns = 48

// Dashboard is one page.
type Dashboard struct {
	ID, Title, Description string
	Controls               []Control
	Rows                   []Row
}

// Control is a list of a field's values, of which a reader chooses what all panels are about.
type Control struct{ Field, Title string }

// Row is a line of panels of one height, in Kibana's units.
type Row struct {
	Height int
	Panels []Panel
}

// Panel asks one question. Its ID is unique in its dashboard.
type Panel struct {
	ID, Title string
	Width     int
	Chart     Chart
	Of        Kind
	Where     Filter
	// Columns have those that split documents before those that count them; a table has them in this order. Without columns the panel is the saved
	// search of its ID.
	Columns []Column
}

// Kind is which documents a panel is about: the end of their event.dataset.
type Kind string

// The kinds.
const (
	Packet Kind = "packet"
	Flow   Kind = "flow"
	Gap    Kind = "gap"
	Ledger Kind = "ledger" // written under Elastic Agent only
)

// Chart is how a panel shows its columns.
type Chart string

// The charts.
const (
	Number  Chart = "number"  // the first column, a second one smaller below
	Table   Chart = "table"   // all columns
	Donut   Chart = "donut"   // shares of the values of the first column
	Ranking Chart = "ranking" // horizontal bars of the values of the first column
	Bars    Chart = "bars"    // stacked bars over time
	Lines   Chart = "lines"   // lines over time
	List    Chart = "list"    // the documents of a saved search
)

// Search is a saved search: documents as a list.
type Search struct {
	ID, Title, Description string
	Of                     Kind
	Where                  Filter
	Fields                 []string
	// Ascending lists the oldest first.
	Ascending bool
}

// All are the dashboards in the order of their navigation.
func All() []Dashboard {
	return []Dashboard{overview(), packets(), tcp(), dns(), web(), tls(), protocols(), sensor()}
}

// Sort are the fields that a search sorts by, in this order, and the direction of all.
func (s Search) Sort() (fields []string, direction string) {
	fields, direction = []string{"@timestamp"}, "desc"
	if s.Of == Packet {
		fields = append(fields, "packet.number") // many captures have microseconds only
	}
	if s.Ascending {
		direction = "asc"
	}
	return fields, direction
}

// IsLedger tells whether a row has panels of the ledger, which only documents under Elastic Agent fill.
func (r Row) IsLedger() bool {
	return slices.ContainsFunc(r.Panels, func(p Panel) bool { return p.Of == Ledger })
}

// DrillsDown tells whether a value of the panel may be taken along to the dashboard of packets.
func (p Panel) DrillsDown() bool { return p.Chart == Table && p.Of == Packet }

// FirstNumber is the index of the first column that splits no documents.
func (p Panel) FirstNumber() int {
	return slices.IndexFunc(p.Columns, func(c Column) bool { return !c.Splits() })
}

// Ranks is the index of the column that Top takes its values by: the first number but for latest values, which have no order; -1 when there is none.
func (p Panel) Ranks() int {
	return slices.IndexFunc(p.Columns, func(c Column) bool { return !c.Splits() && c.Operation != LastOf })
}

// defs are all fields by their names.
var defs = func() map[string]field.Def {
	m := map[string]field.Def{}
	for _, d := range slices.Concat(schema.Libbeat, field.Defs()) {
		m[d.Name] = d
	}
	return m
}()

// DefOf is the definition of the field, as documents of profile standard have it.
func DefOf(name string) (field.Def, bool) {
	d, ok := defs[name]
	return d, ok && d.In(field.Standard)
}

// DataType is Lens's word for the type of a field: string, number, ip, date or boolean.
func DataType(name string) string {
	d := defs[name]
	switch schema.TypeName(d.Type) {
	case "short", "integer", "long", "double":
		return "number"
	case "ip", "boolean":
		return schema.TypeName(d.Type)
	case "date_nanos":
		return "date"
	}
	return "string"
}

// FieldsOf are the fields that a panel reads, each once.
func (p Panel) FieldsOf() []string {
	names := p.Where.fields()
	for _, c := range p.Columns {
		names = append(names, c.Where.fields()...)
		if c.Field != "" {
			names = append(names, c.Field)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Dataset is the event.dataset of documents of the kind.
func (k Kind) Dataset() string { return "espbeat." + string(k) }

// conversation are columns of a conversation: Wireshark's names for its ends, as its last packet has them, since not of every one it is known who began.
func conversation(more ...Column) []Column {
	return append([]Column{Last("Address A", "source.ip"), Last("Port A", "source.port"), Last("Address B", "destination.ip"), Last("Port B", "destination.port"),
		Last("Application", "network.protocol")}, more...)
}

// list makes a panel of the saved search with the id: setup loads no other searches than those of panels.
func list(id, title string) Row {
	return row(20, Panel{ID: id, Title: title, Width: Columns, Chart: List})
}

// host is a control that every dashboard has.
var host = Control{"host.name", "Sensor"}

// row of panels, all of one height.
func row(height int, panels ...Panel) Row { return Row{height, panels} }

// of makes a panel of packets.
func of(id, title string, width int, chart Chart, where Filter, columns ...Column) Panel {
	return Panel{ID: id, Title: title, Width: width, Chart: chart, Of: Packet, Where: where, Columns: columns}
}

// number makes a panel of packets that shows one number; its title is that of the column.
func number(id string, width int, where Filter, columns ...Column) Panel {
	return of(id, columns[0].Label, width, Number, where, columns...)
}

// about makes p one of documents of another kind.
func (k Kind) about(p Panel) Panel {
	p.Of = k
	return p
}
