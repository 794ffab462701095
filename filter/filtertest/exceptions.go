// SPDX-License-Identifier: Apache-2.0

package filtertest

import (
	"regexp"
	"strings"
	"testing"
)

// Exceptions are answers that are not Wireshark's, with the reason.
type Exceptions []exception

type exception struct {
	capture, profile, reason string
	filters                  *regexp.Regexp
}

// ReadExceptions reads filter/testdata/exceptions.tsv: a capture and a profile, or * for every one, an expression of filters, and why their packets differ.
func ReadExceptions(t testing.TB, root string) (all Exceptions) {
	t.Helper()
	for line := range strings.Lines(read(t, root, "exceptions.tsv")) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		c := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(c) != 4 || c[3] == "" {
			t.Fatalf("exceptions.tsv: %q is no capture, profile, expression and reason", line)
		}
		all = append(all, exception{c[0], c[1], c[3], regexp.MustCompile(c[2])})
	}
	return all
}

// Reason says why a filter finds other packets of a capture, in documents of a profile, than in Wireshark; "" when it ought to find the same.
func (e Exceptions) Reason(capture, profile, filter string) string {
	for _, x := range e {
		if (x.capture == "*" || x.capture == capture) && (x.profile == "*" || x.profile == profile) && x.filters.MatchString(filter) {
			return x.reason
		}
	}
	return ""
}
