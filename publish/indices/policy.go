// SPDX-License-Identifier: Apache-2.0

package indices

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/elastic/elastic-agent-libs/mapstr"
)

//go:embed ilm.json
var ilmJSON []byte

// retention is how long packets are kept after the rollover of their index, here and in ilm.json.
const retention = "90d"

// ilmPolicy is the lifecycle of packets, unless setup.ilm.policy_file has another.
func ilmPolicy() mapstr.M {
	var m mapstr.M
	if err := json.Unmarshal(ilmJSON, &m); err != nil {
		panic(fmt.Sprintf("the built-in ILM policy: %v", err)) // a test reads it
	}
	return m
}

// streamLifecycle is the data stream's own lifecycle, where there is no ILM: the server rolls over and merges by itself.
func streamLifecycle() mapstr.M { return mapstr.M{"enabled": true, "data_retention": retention} }
