// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Goals for the groups below the application, and for what spans packets.
var goalGroups = []string{"analysis", "control", "frame", "link", "net", "reasm", "transport", "tunnel", "wlan"}

const (
	goalGroup       = 0.999 // share of a group's occurrences that agree
	goalFact        = 0.99  // the same for one fact
	goalOccurrences = 20    // from which on a fact has a goal
)

// counts of one fact, in packets where either side has it. Each is agree, or one kind of difference.
type counts struct {
	Packets, Agree, Missing, Wrong, Extra int
}

func (c *counts) add(o counts) {
	c.Packets += o.Packets
	c.Agree += o.Agree
	c.Missing += o.Missing
	c.Wrong += o.Wrong
	c.Extra += o.Extra
}

func (c counts) share() float64 {
	if c.Packets == 0 {
		return 1
	}
	return float64(c.Agree) / float64(c.Packets)
}

// total is the comparison's own sum.
type total struct {
	Captures, Packets, Events, Lost, Surplus, Facts int
	Micro, Macro, Reach                             float64
	Stack                                           struct{ Packets, Exact int } // whose layers are all Wireshark's
}

type scores struct {
	facts  map[string]counts
	groups map[string]counts
	group  map[string]string // of a fact
	n      map[string]int    // facts of a group
	total  total
}

// score reads the comparison's JSON, a counts a fact and "_total", and the facts' groups: column 5 of a tab-separated table.
func score(results []byte, facts string) (*scores, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(results, &raw); err != nil {
		return nil, fmt.Errorf("the comparison's results are not JSON: %w", err)
	}
	s := &scores{facts: map[string]counts{}, groups: map[string]counts{}, group: map[string]string{}, n: map[string]int{}}
	for line := range strings.Lines(facts) {
		if cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(cells) >= 5 && !strings.HasPrefix(line, "#") {
			s.group[cells[0]] = cells[4]
		}
	}
	for name, text := range raw {
		if name == "_total" {
			if err := json.Unmarshal(text, &s.total); err != nil {
				return nil, fmt.Errorf("the total: %w", err)
			}
			continue
		}
		var c counts
		if err := json.Unmarshal(text, &c); err != nil {
			return nil, fmt.Errorf("fact %s: %w", name, err)
		}
		g := s.group[name]
		if g == "" {
			return nil, fmt.Errorf("fact %s has no group in the table of facts", name)
		}
		s.facts[name] = c
		sum := s.groups[g]
		sum.add(c)
		s.groups[g] = sum
		s.n[g]++
	}
	if len(s.facts) == 0 {
		return nil, errors.New("no fact was compared")
	}
	return s, nil
}

// goals returns an error that names what is below them.
func (s *scores) goals() error {
	var errs []error
	for _, g := range goalGroups {
		if share := s.groups[g].share(); share < goalGroup {
			errs = append(errs, fmt.Errorf("group %s agrees to %s, the goal is %s", g, percent(share), percent(goalGroup)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.facts)) {
		c := s.facts[name]
		if slices.Contains(goalGroups, s.group[name]) && c.Packets >= goalOccurrences && c.share() < goalFact {
			errs = append(errs, fmt.Errorf("fact %s agrees to %s, the goal is %s", name, percent(c.share()), percent(goalFact)))
		}
	}
	return errors.Join(errs...)
}

func (s *scores) markdown() string {
	var b strings.Builder
	t := s.total
	fmt.Fprintf(&b, "%d captures, %d packets, %d documents (%d packets without a document, %d documents without a packet).\n", t.Captures, t.Packets, t.Events, t.Lost, t.Surplus)
	fmt.Fprintf(&b, "%d facts compared: by occurrence %s agree, the mean of the facts is %s. They are %s of the occurrences of all facts.\n\n", t.Facts, percent(t.Micro), percent(t.Macro), percent(t.Reach))
	fmt.Fprintf(&b, "`packet.layers` is `frame.protocols` in %d of %d packets, %s.\n\n", t.Stack.Exact, t.Stack.Packets, percent(counts{Packets: t.Stack.Packets, Agree: t.Stack.Exact}.share()))
	row := func(name, facts string, c counts) {
		fmt.Fprintf(&b, "| %s |%s %d | %d | %d | %d | %d | %s |\n", name, facts, c.Packets, c.Agree, c.Missing, c.Wrong, c.Extra, percent(c.share()))
	}
	b.WriteString("| group | facts | occurrences | agree | missing | wrong | extra | agree % |\n|---|---|---|---|---|---|---|---|\n")
	for _, g := range slices.Sorted(maps.Keys(s.groups)) {
		row(g, fmt.Sprintf(" %d |", s.n[g]), s.groups[g])
	}
	b.WriteString("\nEvery fact that differs somewhere:\n\n| fact | occurrences | agree | missing | wrong | extra | agree % |\n|---|---|---|---|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(s.facts)) {
		if c := s.facts[name]; c.Agree != c.Packets {
			row("`"+name+"`", "", c)
		}
	}
	fmt.Fprintf(&b, "\nFacts of the groups with goals that occur fewer than %d times, so that their figures say little; tests with made packets cover each:\n\n", goalOccurrences)
	b.WriteString(strings.Join(s.rare(), ", ") + ".\n\n")
	return b.String()
}

// sums are how many of the facts agree that start with the same name, a protocol's, as JSON with a line each.
func (s *scores) sums() ([]byte, error) {
	type sum struct {
		Packets int `json:"packets"`
		Agree   int `json:"agree"`
	}
	sums := map[string]sum{}
	for name, c := range s.facts {
		protocol, _, _ := strings.Cut(name, ".")
		n := sums[protocol]
		sums[protocol] = sum{n.Packets + c.Packets, n.Agree + c.Agree}
	}
	text, err := json.Marshal(sums)
	text = bytes.ReplaceAll(text, []byte("},"), []byte("},\n"))
	return append(text, '\n'), err
}

// rare are the facts that have no goal because they occur too seldom, with how many of their occurrences agree.
func (s *scores) rare() (list []string) {
	for _, name := range slices.Sorted(maps.Keys(s.facts)) {
		if c := s.facts[name]; slices.Contains(goalGroups, s.group[name]) && c.Packets < goalOccurrences {
			list = append(list, fmt.Sprintf("`%s` %d of %d", name, c.Agree, c.Packets))
		}
	}
	return list
}

func percent(share float64) string { return fmt.Sprintf("%.2f %%", 100*share) }
