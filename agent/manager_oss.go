// SPDX-License-Identifier: Apache-2.0

//go:build oss

package agent

// Available tells whether this build runs under Elastic Agent.
const Available = false
