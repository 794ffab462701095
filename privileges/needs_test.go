// SPDX-License-Identifier: Apache-2.0

package privileges

import (
	"slices"
	"testing"

	"github.com/espbeat/espbeat/config"
)

func TestNeeded(t *testing.T) {
	file, live := config.Input{Type: config.TypeFile}, config.Input{Type: config.TypeLive, Promiscuous: true}
	elsewhere := live
	elsewhere.NetNS = "blue"
	for name, c := range map[string]struct {
		inputs []config.Input
		want   []Capability
	}{
		"nothing":                   {nil, nil},
		"files":                     {[]config.Input{file, file}, nil},
		"live":                      {[]config.Input{live}, []Capability{NetRaw}},
		"several, files too":        {[]config.Input{live, file, live}, []Capability{NetRaw}},
		"another network namespace": {[]config.Input{elsewhere, live}, []Capability{NetRaw, SysAdmin}},
	} {
		if got := Needed(c.inputs); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if got := FileCapabilities([]Capability{NetRaw, SysAdmin}); got != "cap_net_raw,cap_sys_admin=ep" {
		t.Errorf("for setcap: %s", got)
	}
}
