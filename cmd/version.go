// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"fmt"
	"runtime"
	"runtime/debug"

	libbeat "github.com/elastic/beats/v7/libbeat/version"

	"github.com/espbeat/espbeat/beater"
)

// Set by the build (-ldflags -X); what is empty comes from the build information
// that Go puts in.
var (
	version = "0.1.0-dev"
	commit  string
	date    string
)

func release() string { return version }

func versionText() string {
	c, d := commit, date
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision" && c == "":
				c = s.Value
			case s.Key == "vcs.time" && d == "":
				d = s.Value
			}
		}
	}
	if c == "" {
		c = "unknown commit"
	}
	if d == "" {
		d = "unknown date"
	}
	return fmt.Sprintf("espbeat version %s (%s/%s), libbeat %s [%s, %s]\nespbeat's own sources: Apache-2.0; linked under other licences (NOTICE.txt): %s",
		version, runtime.GOOS, runtime.GOARCH, libbeat.GetDefaultVersion(), c, d, beater.Licences)
}
