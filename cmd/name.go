// SPDX-License-Identifier: Apache-2.0

// Package cmd is the command line: libbeat's commands, and the capture flags, which
// become configuration here and nowhere else.
package cmd

// Name of the Beat: of the binary, the configuration section and the metrics.
const Name = "espbeat"
