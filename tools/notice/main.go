// SPDX-License-Identifier: Apache-2.0

// Command notice writes NOTICE.txt: every module that the binary links on any platform, with its version, licences and
// copyright lines, the attributions of their NOTICE files, and every licence text once. It reads the module cache.
//
//	notice [-dir MODULE] [-o NOTICE.txt] [package]
package main

import (
	"flag"
	"fmt"
	"os"
)

//go:generate go run . -dir ../.. -o ../../NOTICE.txt

func main() {
	dir := flag.String("dir", ".", "`directory` of the module whose binary it is about")
	out := flag.String("o", "NOTICE.txt", "`file` to write")
	flag.Parse()
	pkg := "."
	if flag.NArg() > 0 {
		pkg = flag.Arg(0)
	}
	if err := write(*dir, pkg, *out); err != nil {
		fmt.Fprintln(os.Stderr, "notice:", err)
		os.Exit(1)
	}
}

func write(dir, pkg, out string) error {
	modules, err := linkedModules(dir, pkg)
	if err != nil {
		return err
	}
	text, err := render(modules)
	if err != nil {
		return err
	}
	return os.WriteFile(out, []byte(text), 0o644)
}
