// SPDX-License-Identifier: Apache-2.0

// espbeat puts every packet, with every layer, into Elasticsearch.
package main

import (
	"os"

	"github.com/espbeat/espbeat/cmd"
)

func main() { os.Exit(cmd.Execute()) }
