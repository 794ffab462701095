// SPDX-License-Identifier: Apache-2.0

// Command fields writes what is generated from the field definitions: fields.yml and docs/fields.md. Run it in the root of the sources.
package main

import (
	"fmt"
	"os"

	_ "github.com/espbeat/espbeat/dissect/all" // defines the fields of all protocols
	_ "github.com/espbeat/espbeat/document"    // defines the ECS core
	"github.com/espbeat/espbeat/field/schema"
)

func main() {
	for name, text := range map[string][]byte{"fields.yml": schema.YAML(), "docs/fields.md": schema.Markdown()} {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "fields:", err)
			os.Exit(1)
		}
	}
}
