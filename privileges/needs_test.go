// SPDX-License-Identifier: Apache-2.0

package privileges

import (
	"slices"
	"testing"

	"github.com/espbeat/espbeat/config"
)

func TestNeeded(t *testing.T) {
	file, live := config.Input{Type: config.TypeFile, Enabled: true}, config.Input{Type: config.TypeLive, Enabled: true, Promiscuous: true}
	elsewhere := live
	elsewhere.NetNS = "blue"
	off := live
	off.Enabled = false
	for name, c := range map[string]struct {
		inputs []config.Input
		want   []Capability
	}{
		"nothing":                   {nil, nil},
		"files":                     {[]config.Input{file, file}, nil},
		"live":                      {[]config.Input{live}, []Capability{NetRaw}},
		"disabled":                  {[]config.Input{off}, nil},
		"several, files too":        {[]config.Input{live, file, live}, []Capability{NetRaw}},
		"another network namespace": {[]config.Input{elsewhere, live}, []Capability{NetRaw, SysAdmin}},
	} {
		if got := Needed(&config.Config{Inputs: c.inputs}); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	files := config.Config{Inputs: []config.Input{file}}
	files.Config.Inputs = &config.InputFiles{Enabled: true}
	if got := Needed(&files); !slices.Equal(got, []Capability{NetRaw}) {
		t.Errorf("inputs in files of their own, which may capture: %v", got)
	}
	if got := FileCapabilities([]Capability{NetRaw, SysAdmin}); got != "cap_net_raw,cap_sys_admin=ep" {
		t.Errorf("for setcap: %s", got)
	}
}
