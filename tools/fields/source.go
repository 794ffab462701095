// SPDX-License-Identifier: Apache-2.0

package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/espbeat/espbeat/dissect"
)

// source is what the sources of a package under dissect say.
type source struct {
	limits string   // "Limits: … Not decoded: …", as its comment has it
	groups []string // prefixes of its fields
}

// readPackages reads the packages in dir, by name of their folders.
func readPackages(dir string) (map[string]source, error) {
	folders, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	packages := map[string]source{}
	for _, f := range folders {
		if !f.IsDir() {
			continue
		}
		files, err := filepath.Glob(filepath.Join(dir, f.Name(), "*.go"))
		if err != nil {
			return nil, err
		}
		var s source
		for _, name := range files {
			if !strings.HasSuffix(name, "_test.go") {
				if err := s.read(name); err != nil {
					return nil, err
				}
			}
		}
		slices.Sort(s.groups)
		s.groups = slices.Compact(s.groups)
		packages[f.Name()] = s
	}
	return packages, nil
}

// limitsIn finds the sentences from "Limits:" or "Not decoded" on to the end of their paragraph.
var limitsIn = regexp.MustCompile(`(?s)(?:Limits:|Not decoded|Not inflated).*?(?:\n\n|$)`)

// read adds what one file says.
func (s *source) read(name string) error {
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
	if err != nil {
		return err
	}
	if found := limitsIn.FindString(file.Doc.Text()); found != "" {
		s.limits = strings.Join(strings.Fields(found), " ")
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 {
			return true
		}
		if f, ok := call.Fun.(*ast.SelectorExpr); !ok || f.Sel.Name != "Group" {
			return true
		}
		if lit, ok := call.Args[0].(*ast.BasicLit); ok {
			if text, err := strconv.Unquote(lit.Value); err == nil && text != "" {
				group, _, _ := strings.Cut(text, ".")
				s.groups = append(s.groups, group)
			}
		}
		return true
	})
	return nil
}

// packageOf is the folder under dissect whose functions a protocol has, "" when there is none.
func packageOf(p *dissect.Protocol) string {
	for _, f := range []any{p.Dissect, p.Stream, p.Summary} {
		v := reflect.ValueOf(f)
		if v.IsNil() {
			continue
		}
		if _, name, ok := strings.Cut(runtime.FuncForPC(v.Pointer()).Name(), "/dissect/"); ok {
			pkg, _, _ := strings.Cut(name, ".")
			if pkg != "common" {
				return pkg
			}
		}
	}
	return ""
}
