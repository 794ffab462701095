// SPDX-License-Identifier: Apache-2.0

// Package page writes what tools measure or generate into pages that people write: each part stands between two markers, and what is around them stays.
package page

import (
	"fmt"
	"os"
	"strings"
)

// markers enclose the part called name.
func markers(name string) (begin, end string) {
	return "<!-- generated: " + name + " -->\n", "<!-- end: " + name + " -->\n"
}

// Put writes text between the markers of the part called name in a file, in place of what stood there.
func Put(file, name, text string) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("write the part %q of a page: %w", name, err)
	}
	now, err := replace(string(old), name, text)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if err := os.WriteFile(file, []byte(now), 0o644); err != nil {
		return fmt.Errorf("write the part %q of a page: %w", name, err)
	}
	return nil
}

func replace(page, name, text string) (string, error) {
	begin, end := markers(name)
	before, rest, found := strings.Cut(page, begin)
	_, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		return "", fmt.Errorf("the part %q has no place: it goes between the lines %q and %q", name, strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	return before + begin + strings.TrimRight(text, "\n") + "\n" + end + after, nil
}
