// SPDX-License-Identifier: Apache-2.0

// Package imports holds the test that every room imports only what docs/architecture.md lets it.
package imports

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const (
	root = "../.."
	ours = "github.com/espbeat/espbeat"
)

func TestImportsGoOneWay(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join(root, "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := parseRules(string(doc))
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		rel = filepath.ToSlash(rel)
		switch name := d.Name(); {
		case d.IsDir() && rel != "." && (strings.HasPrefix(name, ".") || name == "testdata" || rel == "magefiles" || rel == "build"):
			return filepath.SkipDir
		case d.IsDir() && rel != "." && isModule(path):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		files++
		for _, spec := range f.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if err := rules.check(rel, imported); err != nil {
				t.Error(err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 10 {
		t.Errorf("%d Go files seen: the walk misses the tree", files)
	}
}

// isModule tells whether a folder is a module of its own, of which nothing gets into ours.
func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

func TestRulesRefuse(t *testing.T) {
	rules, err := parseRules(strings.Join([]string{
		"| `field/` | x | – | – |",
		"| `dissect/` | x | field | – |",
		"| `dissect/*/` | x | dissect, field, dissect/common | – |",
		"| `dissect/all/` | x | dissect, dissect/* | – |",
		"| `config/` | x | – | `elastic-agent-libs/config` |",
		"| `capture/` | x | – | – |",
		"| `beater/` | x | config, field | yes |",
		"| `tools/` | x | * | – |",
	}, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	const elastic = "github.com/elastic/"
	for _, c := range []struct {
		file, imported string
		fine           bool
	}{
		{"dissect/eth/eth.go", ours + "/dissect", true},
		{"dissect/eth/eth.go", ours + "/field", true},
		{"dissect/eth/eth.go", ours + "/dissect/common", true},
		{"dissect/eth/eth.go", ours + "/dissect/ip", false},
		{"dissect/eth/sub/x.go", ours + "/dissect/eth", true},
		{"dissect/eth/eth_test.go", ours + "/dissect/ip", true},
		{"dissect/all/all.go", ours + "/dissect/eth", true},
		{"dissect/packet.go", ours + "/dissect/eth", false},
		{"field/field.go", ours + "/dissect", false},
		{"field/field_test.go", elastic + "beats/v7/libbeat/beat", false},
		{"field/field.go", "encoding/binary", true},
		{"config/config.go", elastic + "elastic-agent-libs/config", true},
		{"config/config.go", elastic + "beats/v7/libbeat/beat", false},
		{"beater/beater.go", elastic + "beats/v7/libbeat/beat", true},
		{"beater/beater.go", "github.com/google/gopacket", false},
		{"capture/live.go", "github.com/google/gopacket/afpacket", true},
		{"capture/live.go", "github.com/google/gopacket/layers", false},
		{"capture/live_test.go", "github.com/google/gopacket/layers", true},
		{"capture/live.go", "github.com/google/gopacket/pcapgo", false},
		{"beater/beater_test.go", "github.com/google/gopacket/layers", true},
		{"dissect/dissecttest/x.go", ours + "/field", true},
		{"unknown/x.go", ours + "/field", false},
		{"unknown/x.go", "fmt", false},
		{"field/gen/main.go", ours + "/dissect", true},
	} {
		if err := rules.check(c.file, c.imported); (err == nil) != c.fine {
			t.Errorf("%s imports %s: got %v, fine should be %v", c.file, c.imported, err, c.fine)
		}
	}
}

func TestRulesNeedTheTable(t *testing.T) {
	if _, err := parseRules("# no table"); err == nil {
		t.Error("a page without the table is taken for rules")
	}
}

// rule is one row of the table.
type rule struct {
	rooms   []string // that it may import; "x/*" is every subfolder, "*" every room
	libbeat string   // "yes", "–", or the one package after github.com/elastic/
}

type rules map[string]rule

// parseRules reads the rows whose first cell is a room in backquotes.
func parseRules(doc string) (rules, error) {
	r := rules{}
	for line := range strings.Lines(doc) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 4 {
			continue
		}
		room, quoted := strings.CutPrefix(strings.TrimSpace(cells[0]), "`")
		if !quoted {
			continue
		}
		var to []string
		for name := range strings.SplitSeq(cells[2], ",") {
			if name = strings.TrimSpace(name); name != "–" {
				to = append(to, name)
			}
		}
		r[strings.TrimRight(room, "/`")] = rule{to, strings.Trim(cells[3], " `")}
	}
	if len(r) == 0 {
		return nil, fmt.Errorf("docs/architecture.md has no table of rooms: the test needs it")
	}
	return r, nil
}
