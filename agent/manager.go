// SPDX-License-Identifier: Apache-2.0

//go:build !oss

package agent

import (
	"fmt"

	"github.com/elastic/beats/v7/libbeat/common/reload"
	"github.com/elastic/beats/v7/x-pack/libbeat/management" // also registers the manager; Elastic License 2.0
	"github.com/elastic/elastic-agent-client/v7/pkg/client"
	"github.com/elastic/elastic-agent-client/v7/pkg/proto"
)

// Available tells whether this build runs under Elastic Agent.
const Available = true

// Licences are those of what is linked for it, beside the Apache License.
const Licences = "libbeat's Elastic Agent manager (Elastic License 2.0), elastic-agent-client (Elastic License Agreement)"

func init() { management.ConfigTransform.SetTransform(transform) }

// transform makes one configuration of each stream of a unit: the manager gives the n-th the status reporter of the n-th stream.
func transform(unit *proto.UnitExpectedConfig, info *client.AgentInfo) ([]*reload.ConfigWithMeta, error) {
	if len(unit.GetStreams()) == 0 {
		return nil, fmt.Errorf("unit %s: no streams: give the input at least one, of dataset espbeat.packet", unit.GetId())
	}
	streams, err := management.CreateInputsFromStreams(unit, "logs", info)
	if err != nil {
		return nil, err
	}
	datasets := make([]string, len(streams))
	for i, s := range unit.GetStreams() {
		datasets[i] = s.GetDataStream().GetDataset()
	}
	if streams, err = Streams(unit.GetId(), streams, datasets); err != nil {
		return nil, err
	}
	return management.CreateReloadConfigFromInputs(streams)
}
