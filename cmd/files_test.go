// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"os"
	"regexp"
	"testing"

	conf "github.com/elastic/elastic-agent-libs/config"
)

// TestShippedFiles: what comes with espbeat is right, and the reference has every
// setting with its default.
func TestShippedFiles(t *testing.T) {
	for _, name := range []string{"espbeat.yml", "espbeat.reference.yml", "packetbeat-lite.yml"} {
		raw, err := os.ReadFile("../" + name)
		if err != nil {
			t.Fatal(err)
		}
		texts := map[string][]byte{name: raw}
		if name == "espbeat.reference.yml" {
			// "  #key: value" is a setting with its default, "  # words" are words.
			texts[name+" with everything set"] = regexp.MustCompile(`(?m)^( *)#([a-z_.]+:|  [a-z])`).ReplaceAll(raw, []byte("$1$2"))
		}
		for what, text := range texts {
			c, err := conf.NewConfigWithYAML(text, what)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			args := []string{}
			if name == "packetbeat-lite.yml" {
				args = []string{"--file", "a"}
			}
			p, err := configure(given(t, args...), c, conf.NewConfig())
			if err != nil {
				t.Errorf("%s: %v", what, err)
				continue
			}
			if p.print {
				t.Errorf("%s: has no output", what)
			}
		}
	}
}
