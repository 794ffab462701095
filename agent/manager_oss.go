// SPDX-License-Identifier: Apache-2.0

//go:build oss

package agent

// Available tells whether this build runs under Elastic Agent.
const Available = false

// Licences are those of what is linked beside the Apache License: libbeat itself needs the client.
const Licences = "elastic-agent-client (Elastic License Agreement)"
