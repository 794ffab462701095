// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/config"
)

// TestInterfaceAfterTheDrop: what cannot be opened any more says why. The capabilities are those of a process of its own.
func TestInterfaceAfterTheDrop(t *testing.T) {
	const child = "ESPBEAT_TEST_DROP"
	in := config.Input{}
	in.InitDefaults()
	in.Type, in.Interfaces = config.TypeLive, []string{"lo"}
	if os.Getenv(child) == "" {
		if os.Geteuid() != 0 {
			t.Skip("not tested: there is nothing to give up, run the tests as root")
		}
		exe, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		c := exec.CommandContext(t.Context(), exe, "-test.run=^TestInterfaceAfterTheDrop$")
		c.Env = append(os.Environ(), child+"=1")
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	cfg := config.Default()
	if err := dropPrivileges(&cfg); err != nil { // keeps
		t.Fatal(err)
	}
	l, err := newLine(cfg, in, Options{})
	if err != nil {
		t.Fatal(err)
	}
	l.close()
	cfg.Privileges.Drop = config.DropAll
	if err := dropPrivileges(&cfg); err != nil {
		t.Fatal(err)
	}
	for _, engine := range []string{"af_packet", "pcap"} {
		in.Engine = engine
		if _, err := newLine(cfg, in, Options{}); err == nil || !strings.Contains(err.Error(), "espbeat.privileges.drop: all gave every capability up") {
			t.Errorf("%s: %v", engine, err)
		}
	}
	in.Interfaces, in.Engine = []string{"nowhere0"}, "af_packet"
	if _, err := newLine(cfg, in, Options{}); err == nil || strings.Contains(err.Error(), "privileges.drop") {
		t.Errorf("another error: %v", err)
	}
}
