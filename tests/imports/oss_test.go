// SPDX-License-Identifier: Apache-2.0

package imports

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// linked are the packages that a build links.
func linked(t *testing.T, tags ...string) []string {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-tags", strings.Join(tags, ","), ".")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return strings.Fields(string(out))
}

// A build with the tag oss links nothing of libbeat's x-pack, and one without it the Agent's manager.
func TestOSSBuildLinksNoXPack(t *testing.T) {
	xpack := func(path string) bool { return strings.Contains(path, "/x-pack/") }
	if all := linked(t, "oss"); slices.ContainsFunc(all, xpack) || !slices.Contains(all, ours+"/beater") {
		t.Errorf("linked with the tag oss: %s", all[slices.IndexFunc(all, xpack)])
	}
	if !slices.ContainsFunc(linked(t), xpack) {
		t.Error("nothing of x-pack is linked without the tag: the test proves nothing")
	}
}
