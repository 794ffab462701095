// SPDX-License-Identifier: Apache-2.0

// Command kibana writes kibana/7, the dashboards and saved searches that setup --dashboards loads: libbeat reads them there, whatever the version of Kibana.
// The Fleet package's are written by tools/fleet.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/espbeat/espbeat/tools/kibana/saved"
)

//go:generate go run . -root ../..

func main() {
	root := flag.String("root", ".", "`folder` of the sources")
	flag.Parse()
	if err := write(filepath.Join(*root, "kibana")); err != nil {
		fmt.Fprintln(os.Stderr, "kibana:", err)
		os.Exit(1)
	}
}

// write replaces the folder dir, so that nothing stays there that is no longer described.
func write(dir string) error {
	objects, err := saved.Beat.Objects()
	if err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for _, o := range objects {
		text, err := o.JSON("")
		if err != nil {
			return err
		}
		path := filepath.Join(dir, "7", o.File())
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
