// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// event is what test2json writes, see "go doc test2json" and "go help buildjson".
type event struct {
	Action     string
	Package    string
	ImportPath string // of build-output
	Test       string
	Elapsed    float64 // seconds
	Output     string
}

// summary follows a stream of events.
type summary struct {
	w      io.Writer
	output map[string][]string // by package and test, until its result is known
	skips  []skip
}

// skip is one skipped test.
type skip struct {
	test   string // package.Test
	reason string // the last line that the test logged
}

func newSummary(w io.Writer) *summary {
	return &summary{w: w, output: map[string][]string{}}
}

// read prints as it goes. A line that is not an event is printed as it is.
func (s *summary) read(r io.Reader) error {
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) == nil && e.Action != "" {
				s.add(e)
			} else {
				s.w.Write(line)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the events of go test: %w", err)
		}
	}
}

func (s *summary) add(e event) {
	key := e.Package + "." + e.Test
	switch e.Action {
	case "build-output":
		fmt.Fprint(s.w, e.Output)
	case "output":
		s.output[key] = append(s.output[key], e.Output)
	case "pass":
		delete(s.output, key)
		if e.Test == "" {
			fmt.Fprintf(s.w, "ok    %s %.1f s\n", e.Package, e.Elapsed)
		}
	case "fail":
		fmt.Fprint(s.w, strings.Join(s.output[key], ""))
		delete(s.output, key)
		if e.Test == "" {
			fmt.Fprintf(s.w, "FAIL  %s %.1f s\n", e.Package, e.Elapsed)
		}
	case "skip":
		if e.Test != "" { // without one: a package that has no tests
			s.skips = append(s.skips, skip{key, skipReason(s.output[key])})
		}
		delete(s.output, key)
	}
}

var skipLine = regexp.MustCompile(`^\s+\S+\.go:\d+: (.*)`)

// skipReason is what t.Skip logged: the last line that names a file and a line.
func skipReason(output []string) string {
	for _, line := range slices.Backward(output) {
		if m := skipLine.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil {
			return m[1]
		}
	}
	return "no reason given"
}

// printSkips returns how many skips the list does not allow; a nil list allows all.
func (s *summary) printSkips(allowed *allowList) (unexpected int) {
	for _, sk := range s.skips {
		line := sk.test + ": " + sk.reason
		word := "skip "
		if allowed != nil && !allowed.allows(line) {
			word = "SKIP, not allowed "
			unexpected++
		}
		fmt.Fprintln(s.w, word, line)
	}
	return unexpected
}

// allowList says which skips are expected.
type allowList struct{ lines []*regexp.Regexp }

func parseAllowList(text string) (*allowList, error) {
	a := &allowList{}
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		re, err := regexp.Compile(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
		a.lines = append(a.lines, re)
	}
	return a, nil
}

func (a *allowList) allows(line string) bool {
	return slices.ContainsFunc(a.lines, func(re *regexp.Regexp) bool { return re.MatchString(line) })
}
