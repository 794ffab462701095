// SPDX-License-Identifier: Apache-2.0

package page

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const before = "# Page\n\n<!-- generated: a -->\nold\n<!-- end: a -->\nprose\n<!-- generated: b -->\n<!-- end: b -->\nlast\n"

func TestPut(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time changes nothing
		if err := Put(file, "a", "new\n\n"); err != nil {
			t.Fatal(err)
		}
		if err := Put(file, "b", "filled"); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		const want = "# Page\n\n<!-- generated: a -->\nnew\n<!-- end: a -->\nprose\n<!-- generated: b -->\nfilled\n<!-- end: b -->\nlast\n"
		if string(got) != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func TestPutWithoutAPlace(t *testing.T) {
	for name, page := range map[string]string{
		"no markers": "# Page\n",
		"no end":     "<!-- generated: c -->\n",
		"end first":  "<!-- end: c -->\n<!-- generated: c -->\n",
	} {
		file := filepath.Join(t.TempDir(), "page.md")
		if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
		err := Put(file, "c", "text")
		if err == nil || !strings.Contains(err.Error(), "<!-- generated: c -->") {
			t.Errorf("%s: %v", name, err)
		}
		if got, _ := os.ReadFile(file); string(got) != page {
			t.Errorf("%s: the page changed to %s", name, got)
		}
	}
	if err := Put(filepath.Join(t.TempDir(), "none.md"), "c", ""); err == nil {
		t.Error("no error for a page that is not there")
	}
}
