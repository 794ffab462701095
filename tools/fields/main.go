// SPDX-License-Identifier: Apache-2.0

// Command fields writes what is generated from the field definitions and the registry of protocols: fields.yml, docs/fields.md, docs/protocols.md, and the
// table in docs/from-espcap.md. Run it in the root of the sources.
package main

import (
	"fmt"
	"os"

	_ "github.com/espbeat/espbeat/document" // defines the ECS core
	"github.com/espbeat/espbeat/field/schema"
	"github.com/espbeat/espbeat/publish/espcap"
	"github.com/espbeat/espbeat/tools/page"
)

// espcapPart is the part of docs/from-espcap.md that is generated.
const espcapPart = "fields"

func main() {
	if err := write("."); err != nil {
		fmt.Fprintln(os.Stderr, "fields:", err)
		os.Exit(1)
	}
}

func write(root string) error {
	protocols, err := protocolsPage(root)
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{"fields.yml": schema.YAML(), "docs/fields.md": schema.Markdown(), "docs/protocols.md": protocols} {
		if err := os.WriteFile(root+"/"+name, text, 0o644); err != nil {
			return err
		}
	}
	return page.Put(root+"/docs/from-espcap.md", espcapPart, espcap.Markdown())
}
