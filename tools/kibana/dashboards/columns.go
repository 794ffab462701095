// SPDX-License-Identifier: Apache-2.0

package dashboards

// Operation is what a column computes, in Lens's words.
type Operation string

// The operations: two that split documents, and those that make a number of them.
const (
	Terms         Operation = "terms"
	DateHistogram Operation = "date_histogram"

	CountOf     Operation = "count"
	SumOf       Operation = "sum"
	MaxOf       Operation = "max"
	PercentileP Operation = "percentile"
	UniqueOf    Operation = "unique_count"
	LastOf      Operation = "last_value"
)

// Format is how a number is written.
type Format string

// The formats. A column without one is shown as the data view shows the field.
const (
	Plain       Format = "number"
	Bytes       Format = "bytes"
	Nanoseconds Format = "duration" // a duration in nanoseconds, shown in milliseconds
)

// Column of a panel. Only what its operation needs is set.
type Column struct {
	Label     string
	Operation Operation
	Field     string
	Format    Format
	// Size is how many values Terms takes: those that have most of the number that the panel ranks by, or the first in the alphabet.
	Size         int
	Alphabetical bool
	Percentile   int
	Where        Filter // counts only these documents
}

// Splits tells whether the column splits documents rather than making a number of them.
func (c Column) Splits() bool { return c.Operation == Terms || c.Operation == DateHistogram }

// Top splits by the values of a field that have most of the number that the panel ranks by. Documents without the field are left out.
func Top(label, field string, size int) Column {
	return Column{Label: label, Operation: Terms, Field: field, Size: size}
}

// Each splits by the values of a field, in alphabetical order.
func Each(label, field string, size int) Column {
	return Column{Label: label, Operation: Terms, Field: field, Size: size, Alphabetical: true}
}

// OverTime splits by time.
func OverTime() Column {
	return Column{Label: "@timestamp", Operation: DateHistogram, Field: "@timestamp"}
}

// Count is the number of documents.
func Count(label string) Column {
	return Column{Label: label, Operation: CountOf, Format: Plain}
}

// Sum of a field.
func Sum(label, field string, format Format) Column {
	return Column{Label: label, Operation: SumOf, Field: field, Format: format}
}

// Max of a field.
func Max(label, field string, format Format) Column {
	return Column{Label: label, Operation: MaxOf, Field: field, Format: format}
}

// Percentile of a field.
func Percentile(label, field string, percentile int, format Format) Column {
	return Column{Label: label, Operation: PercentileP, Field: field, Percentile: percentile, Format: format}
}

// Median of a field.
func Median(label, field string, format Format) Column { return Percentile(label, field, 50, format) }

// Unique is how many values a field has.
func Unique(label, field string) Column {
	return Column{Label: label, Operation: UniqueOf, Field: field, Format: Plain}
}

// Last is the latest value of a field: for what all documents of a row have in common, as far as they have it.
func Last(label, field string) Column {
	return Column{Label: label, Operation: LastOf, Field: field, Where: Has(field)}
}

// Counter is the latest value of a number that grows.
func Counter(label, field string) Column {
	c := Last(label, field)
	c.Format = Plain
	return c
}

// Of counts only documents that the filter finds.
func (c Column) Of(f Filter) Column {
	c.Where = f
	return c
}
