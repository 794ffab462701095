// SPDX-License-Identifier: Apache-2.0

package panels

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/espbeat/espbeat/tools/kibana/dashboards"
)

// Room around a chart, in pixels.
const (
	legendWide = 160
	axisWide   = 56
	axisHigh   = 22
	above      = 8
)

func legend(b *strings.Builder, names []string) {
	b.WriteString(`<div class="legend">`)
	for i, name := range names {
		fmt.Fprintf(b, `<div><b style="background:%s"></b>%s</div>`, ink(i), html.EscapeString(name))
	}
	b.WriteString("</div>")
}

// donut shows shares of the values of the first column.
func donut(b *strings.Builder, p dashboards.Panel, a Answer, w, h int) {
	sum := 0.0
	for _, row := range a.Rows {
		sum += toFloat(row[1])
	}
	cx, cy := float64(w-legendWide)/2, float64(h)/2
	radius := min(cx, cy) - 14
	fmt.Fprintf(b, `<svg width="%d" height="%d">`, w, h)
	at := 0.0 // of a turn
	var names []string
	for i, row := range a.Rows {
		share := toFloat(row[1]) / sum
		names = append(names, fmt.Sprintf("%s %.1f %%", show(row[0], p.Columns[0]), 100*share))
		// A circle's stroke with one dash as long as the share.
		length := 2 * math.Pi * radius * 0.75
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="%.1f" fill="none" stroke="%s" stroke-width="%.1f" stroke-dasharray="%.2f %.2f" stroke-dashoffset="%.2f" transform="rotate(-90 %[1]f %[2]f)"/>`,
			cx, cy, radius*0.75, ink(i), radius*0.5, share*length, length, -at*length)
		at += share
	}
	b.WriteString("</svg>")
	legend(b, names)
}

// ranking shows a horizontal bar for each value of the first column.
func ranking(b *strings.Builder, p dashboards.Panel, a Answer, w, h int) {
	const right = 70
	names := min(270, w*2/5)
	most := 0.0
	for _, row := range a.Rows {
		most = max(most, toFloat(row[1]))
	}
	step := min(28, float64(h-above)/float64(len(a.Rows)))
	fmt.Fprintf(b, `<svg width="%d" height="%d">`, w, h)
	for i, row := range a.Rows {
		y := above + float64(i)*step
		length := toFloat(row[1]) / most * float64(w-names-right)
		fmt.Fprintf(b, `<text x="%d" y="%.1f" text-anchor="end">%s</text><rect x="%d" y="%.1f" width="%.1f" height="%.1f" fill="%s"/><text x="%.1f" y="%.1f">%s</text>`,
			names-6, y+step/2+3, html.EscapeString(cut(show(row[0], p.Columns[0]), (names-6)/7)), names, y+1, length, step-3, ink(0),
			float64(names)+length+5, y+step/2+3, html.EscapeString(short(toFloat(row[1]), p.Columns[1])))
	}
	b.WriteString("</svg>")
}

// cut is s with at most n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// series is one line, or one colour of the bars: values by times in milliseconds since the epoch.
type series struct {
	name   string
	values map[float64]float64
}

// seriesOf are the series of a panel in the order of its answer: one a value of the column that splits, or one a number.
func seriesOf(p dashboards.Panel, a Answer) []series {
	time := slices.IndexFunc(p.Columns, func(c dashboards.Column) bool { return c.Operation == dashboards.DateHistogram })
	first := p.FirstNumber()
	split := first > 1 // the other of the first two columns
	var all []series
	for _, row := range a.Rows {
		for n := first; n < len(row); n++ {
			name := p.Columns[n].Label
			if split {
				name = show(row[1-time], p.Columns[1-time])
			}
			i := slices.IndexFunc(all, func(s series) bool { return s.name == name })
			if i < 0 {
				i = len(all)
				all = append(all, series{name, map[float64]float64{}})
			}
			if row[n] != nil {
				all[i].values[toFloat(row[time])] = toFloat(row[n])
			}
		}
	}
	return all
}

// overTime shows stacked bars or lines.
func overTime(b *strings.Builder, p dashboards.Panel, a Answer, r Range, w, h int) {
	all := seriesOf(p, a)
	most, stacked := 0.0, map[float64]float64{}
	for _, s := range all {
		for t, v := range s.values {
			stacked[t] += v
			if p.Chart == dashboards.Lines {
				most = max(most, v)
			}
		}
	}
	if p.Chart == dashboards.Bars {
		for _, v := range stacked {
			most = max(most, v)
		}
	}
	c := p.Columns[p.FirstNumber()]
	left, right, bottom := float64(axisWide), float64(w-legendWide), float64(h-axisHigh)
	from, to := float64(r.From.UnixMilli()), float64(r.To.UnixMilli())
	x := func(t float64) float64 { return left + (t-from)/(to-from)*(right-left) }
	y := func(v float64) float64 { return bottom - v/most*(bottom-above) }
	fmt.Fprintf(b, `<svg width="%d" height="%d">`, w, h)
	for i := range 5 {
		v := most * float64(i) / 4
		fmt.Fprintf(b, `<line x1="%.0f" x2="%.0f" y1="%.1f" y2="%[3]f" stroke="#eef1f7"/><text x="%.0f" y="%.1f" text-anchor="end">%s</text>`,
			left, right, y(v), left-5, y(v)+4, html.EscapeString(short(v, c)))
	}
	for i := range 5 {
		t := from + (to-from)*(float64(i)+0.5)/5
		fmt.Fprintf(b, `<text x="%.0f" y="%.0f" text-anchor="middle">%s</text>`, x(t), bottom+15, time.UnixMilli(int64(t)).UTC().Format("15:04:05"))
	}
	interval := float64(r.Interval().Milliseconds())
	wide := max(1, x(from+interval)-left-1)
	base := map[float64]float64{}
	var names []string
	for i, s := range all {
		names = append(names, s.name)
		if p.Chart == dashboards.Lines {
			line(b, s, ink(i), x, y)
			continue
		}
		for t, v := range s.values {
			fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`, max(left, x(t)), y(base[t]+v), wide, y(base[t])-y(base[t]+v), ink(i))
			base[t] += v
		}
	}
	b.WriteString("</svg>")
	legend(b, names)
}

func line(b *strings.Builder, s series, ink string, x, y func(float64) float64) {
	type point struct{ t, v float64 }
	var points []point
	for t, v := range s.values {
		points = append(points, point{t, v})
	}
	slices.SortFunc(points, func(a, b point) int { return cmp.Compare(a.t, b.t) })
	fmt.Fprintf(b, `<polyline fill="none" stroke="%s" stroke-width="1.6" points="`, ink)
	for _, at := range points {
		fmt.Fprintf(b, "%.1f,%.1f ", x(at.t), y(at.v))
	}
	b.WriteString(`"/>`)
}
