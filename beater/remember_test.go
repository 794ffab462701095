// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"testing"

	"github.com/elastic/beats/v7/libbeat/beat"
	conf "github.com/elastic/elastic-agent-libs/config"

	"github.com/espbeat/espbeat/config"
)

// TestIndexThatIsLookedUp is a name: what depends on the packet, as the indices by day of format ek do, is not.
func TestIndexThatIsLookedUp(t *testing.T) {
	for name, c := range map[string]struct{ format, output, want string }{
		"default":        {config.FormatECS, `elasticsearch.hosts: [a]`, DataStream},
		"lite":           {config.FormatLite, `elasticsearch.hosts: [a]`, liteIndex},
		"by day":         {config.FormatEK, `elasticsearch.hosts: [a]`, ""},
		"named":          {config.FormatEK, `elasticsearch.index: lab`, "lab"},
		"named by day":   {config.FormatECS, `elasticsearch.index: "lab-%{+yyyy}"`, ""},
		"several":        {config.FormatECS, `elasticsearch.indices: [{index: lab}]`, ""},
		"another output": {config.FormatECS, `console.enabled: true`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := &beat.Beat{Config: &beat.BeatConfig{}}
			output, err := conf.NewConfigWithYAML([]byte(c.output), "test")
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Config.Output.Unpack(output); err != nil {
				t.Fatal(err)
			}
			cfg := config.Default()
			cfg.Format = c.format
			if got := indexByOutput(b, &cfg); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
