// SPDX-License-Identifier: Apache-2.0

package panels

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/espbeat/espbeat/tools/kibana/dashboards"
)

// show is a value of a column as a reader sees it.
func show(v any, c dashboards.Column) string {
	switch v := v.(type) {
	case nil:
		return "–"
	case string:
		if t, err := time.Parse(time.RFC3339Nano, v); err == nil {
			if c.Operation == dashboards.LastOf {
				return t.Format("2006-01-02")
			}
			return t.Format("Jan 2 15:04:05.000")
		}
		return v
	case float64:
		return showNumber(v, c)
	}
	return fmt.Sprint(v)
}

func showNumber(v float64, c dashboards.Column) string {
	switch c.Format {
	case dashboards.Bytes:
		return inUnits(v, 1024, "B", "KB", "MB", "GB", "TB")
	case dashboards.Nanoseconds:
		return strconv.FormatFloat(v/1e6, 'f', 2, 64) + " ms"
	case dashboards.Plain:
		return grouped(v)
	}
	return strconv.FormatFloat(v, 'f', -1, 64) // a port, a status: no quantity
}

// inUnits is v with one digit after the point in the largest unit that it has one of.
func inUnits(v, step float64, units ...string) string {
	i := 0
	for ; math.Abs(v) >= step && i < len(units)-1; i++ {
		v /= step
	}
	return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0") + " " + units[i]
}

// grouped is a whole number with a comma after each three digits.
func grouped(v float64) string {
	digits := strconv.FormatFloat(math.Round(v), 'f', 0, 64)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// short is a number for an axis.
func short(v float64, c dashboards.Column) string {
	if c.Format == dashboards.Plain {
		return strings.TrimSpace(inUnits(v, 1000, "", "k", "M", "G"))
	}
	return showNumber(v, c)
}

// toFloat is a number, 0 for what is none.
func toFloat(v any) float64 {
	f, _ := v.(float64)
	return f
}
