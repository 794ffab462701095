// SPDX-License-Identifier: Apache-2.0

// Command fields writes what is generated from the field definitions and the registry of protocols: fields.yml, docs/fields.md and docs/protocols.md. Run it in
// the root of the sources.
package main

import (
	"fmt"
	"os"

	_ "github.com/espbeat/espbeat/document" // defines the ECS core
	"github.com/espbeat/espbeat/field/schema"
)

func main() {
	if err := write("."); err != nil {
		fmt.Fprintln(os.Stderr, "fields:", err)
		os.Exit(1)
	}
}

func write(root string) error {
	page, err := protocolsPage(root)
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{"fields.yml": schema.YAML(), "docs/fields.md": schema.Markdown(), "docs/protocols.md": page} {
		if err := os.WriteFile(root+"/"+name, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
