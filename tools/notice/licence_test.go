// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"strings"
	"testing"
)

const (
	mit  = "Permission is hereby granted, free of charge, to any\nperson obtaining a copy of this software.\n"
	bsd3 = "Redistributions in binary form must reproduce the above copyright\nnotice.\n * Neither the name may be used to endorse or promote\n   products derived from this software.\n"
)

func TestClassify(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"mit":                      {"MIT License\n\nCopyright (c) 2020 X\n\n" + mit, []string{"MIT"}},
		"bsd_three_is_not_two":     {bsd3, []string{"BSD-3-Clause"}},
		"bsd_two":                  {"Redistributions in binary form must reproduce the above copyright\nnotice, this list", []string{"BSD-2-Clause"}},
		"two_in_one_file":          {mit + "\n\nLicensed under the Apache License, Version 2.0", []string{"Apache-2.0", "MIT"}},
		"typographic_quotes":       {"“Permission to use, copy, modify, and/or distribute this software for any purpose”", []string{"ISC"}},
		"unknown_is_an_error":      {"All rights reserved.", nil},
		"elastic_old_and_new_part": {"Elastic License 2.0\n\nURL: https://www.elastic.co/licensing/elastic-license", []string{"Elastic-2.0"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := classify(c.text)
			if !slices.Equal(got, c.want) || (err == nil) != (c.want != nil) {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestCopyrights(t *testing.T) {
	text := `
	   (c) You must retain all copyright notices
Copyright (c) 2009 The Go Authors. All rights reserved.
   Copyright [yyyy] [name of copyright owner]
   Copyright {yyyy} {name of copyright owner}
copyright notice, this list of conditions
// Copyright 2014 X
# Copyright 2014 X
© 2015 is not read`
	want := []string{"Copyright (c) 2009 The Go Authors. All rights reserved.", "Copyright 2014 X"}
	if got := copyrights(text); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEqualTextsArePrintedOnce(t *testing.T) {
	var l licenceTexts
	first := l.number("MIT License\n\nCopyright (c) 2020 X\n\n"+mit, []string{"MIT"})
	again := l.number("The MIT License (MIT)\nCopyright 2021 Y\n"+strings.ReplaceAll(mit, "\n", " "), []string{"MIT"})
	other := l.number(bsd3, []string{"BSD-3-Clause"})
	if first != again || first == other {
		t.Errorf("texts are numbered %s, %s and %s", first, again, other)
	}
}

func TestElectTakesBSDOfLibcap(t *testing.T) {
	text := "one or the other of these two Licenses:\n" + bsd3 + "\n-----\nGPL v2.0:\n-----\nGNU GENERAL PUBLIC LICENSE\n Version 2, June 1991\n"
	if ids, err := classify(elect(text)); err != nil || !slices.Equal(ids, []string{"BSD-3-Clause"}) {
		t.Errorf("got %v, %v", ids, err)
	}
}
