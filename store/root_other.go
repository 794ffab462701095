// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package store

import (
	"errors"
	"os"
)

// openBeneath is there on Linux only: elsewhere nothing opens a file and follows no link on the way.
func openBeneath(*os.File, string) (*os.File, error) {
	return nil, errors.New("capture files of documents are opened on Linux only; run espbeat pcap serve there and give its address")
}
