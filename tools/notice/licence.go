// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// marks are phrases that only the licence of that SPDX identifier has, as flatten leaves them.
var marks = []struct{ id, phrase string }{
	{"Apache-2.0", "apache license version 2.0, january 2004"},
	{"Apache-2.0", "licensed under the apache license, version 2.0"},
	{"BSD-3-Clause", "may be used to endorse or promote products derived from"},
	{"BSD-3-Clause", "may not be used to endorse or promote products derived from"},
	{"BSD-2-Clause", "redistributions in binary form must reproduce the above copyright notice"},
	{"Elastic-2.0", "elastic license 2.0 url: https://www.elastic.co/licensing/elastic license"},
	{"LicenseRef-Elastic-Agreement", "elastic license agreement please read carefully"},
	{"GPL-2.0", "gnu general public license version 2, june 1991"}, // known so that it is seen, see elect
	{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose"},
	{"ISC", "permission to use, copy, modify, and distribute this software for any purpose"},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"MPL-2.0", "mozilla public license version 2.0"},
	{"MPL-2.0", "mozilla public license, version 2.0"},
	{"Unlicense", "this is free and unencumbered software released into the public domain"},
}

// classify returns the SPDX identifiers of the licences whose text is in there.
func classify(text string) ([]string, error) {
	flat := flatten(text)
	var ids []string
	for _, m := range marks {
		if strings.Contains(flat, m.phrase) && !slices.Contains(ids, m.id) {
			ids = append(ids, m.id)
		}
	}
	if slices.Contains(ids, "BSD-3-Clause") { // its text has the other one's clauses
		ids = slices.DeleteFunc(ids, func(id string) bool { return id == "BSD-2-Clause" })
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("no licence known by this text: add its mark to tools/notice/licence.go")
	}
	return ids, nil
}

var punctuation = regexp.MustCompile("[#*=>_\"'`“”‘’-]+")

// flatten makes texts that differ in layout and typography only equal.
func flatten(text string) string {
	return strings.Join(strings.Fields(punctuation.ReplaceAllString(strings.ToLower(text), " ")), " ")
}

var (
	copyrightLine = regexp.MustCompile(`(?i)^\W*(copyright\b.*|\(c\) \d{4}.*)$`)
	notAHolder    = regexp.MustCompile(`(?i)copyright (notice|owner|holder|license|law|statement|and|to use|in|or|\[)|yyyy|\{|copyright:?$`)
)

// copyrights returns the lines that name a holder.
func copyrights(text string) []string {
	var found []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !copyrightLine.MatchString(line) || notAHolder.MatchString(line) {
			continue
		}
		line = strings.TrimSpace(strings.TrimLeft(line, "#/*-> "))
		if !slices.Contains(found, line) {
			found = append(found, line)
		}
	}
	return found
}

// withoutCopyrights is the key under which equal licence texts are printed once.
func withoutCopyrights(text string) string {
	var kept strings.Builder
	for line := range strings.Lines(text) {
		if t := strings.TrimSpace(line); !copyrightLine.MatchString(t) || notAHolder.MatchString(t) {
			kept.WriteString(line)
		}
	}
	flat := flatten(kept.String())
	for _, title := range []string{"the mit license (mit)", "the mit license", "mit license (mit)", "mit license", "bsd 3 clause license", "all rights reserved."} {
		flat = strings.TrimSpace(strings.TrimPrefix(flat, title))
	}
	return flat
}

// elect returns the part of a licence file that is made use of: libcap is offered under BSD-3-Clause or, alternatively, the GPL.
func elect(text string) string {
	bsd, _, dual := strings.Cut(text, "\nGPL v2.0:\n")
	if !dual || !strings.Contains(text, "one or the other of these two Licenses") {
		return text
	}
	return strings.TrimRight(bsd, "-\n") + "\n"
}

// isPlainApache tells that the text is the Apache License whole and nothing else: the project's LICENSE holds it.
func isPlainApache(text string, ids []string) bool {
	return len(ids) == 1 && ids[0] == "Apache-2.0" && strings.Contains(flatten(text), "9. accepting warranty or additional liability")
}

// attribution is the part of a NOTICE file that pertains to the module itself. Elastic's go on with the
// licences of everything that their own binaries link, which this notice lists for ours.
func attribution(notice string) string {
	notice, _, _ = strings.Cut(notice, "================================================================================\nThird party libraries")
	return strings.TrimSpace(strings.ReplaceAll(notice, "\r", ""))
}
