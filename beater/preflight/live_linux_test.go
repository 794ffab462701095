// SPDX-License-Identifier: Apache-2.0

package preflight

import (
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/espbeat/espbeat/config"
)

// namespace moves the test into a network namespace of its own, which ends with the test's goroutine and thread.
func namespace(t *testing.T, commands ...string) {
	t.Helper()
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("interfaces are not tested: the command ip is missing (`apt-get install iproute2`)")
	}
	runtime.LockOSThread()
	if err := syscall.Unshare(syscall.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		t.Skipf("interfaces are not tested: a network namespace cannot be made (%v); run the tests as root", err)
	}
	for _, c := range commands {
		if out, err := exec.Command("ip", strings.Fields(c)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v: %s", c, err, out)
		}
	}
}

func TestLive(t *testing.T) {
	namespace(t, "link set lo up", "link add down0 type veth peer name peer0")
	check := func(may bool, filter string, names ...string) []Finding {
		in := inputOf(config.TypeLive)
		in.Interfaces, in.Filter, in.BufferSize = names, filter, 1<<20
		return live(&in, false, may)
	}
	expect(t, check(true, "", "lo"), "ok   interface lo: up, link type ETHERNET", "WARN offloads of lo: ", "ok   ring of lo: 1 MiB can be had, engine auto")
	expect(t, check(true, "", "any"), "ok   interface any: up, link type LINUX_SLL2", "ok   ring of any: ")
	expect(t, check(true, "udp and inbound", "lo"), "ok   interface lo", "WARN offloads of lo", `ok   filter on lo: "udp and inbound" compiles for link type ETHERNET`, "ok   ring of lo")
	expect(t, check(true, "type mgt", "lo"), "ok   interface lo", "WARN offloads of lo", `FAIL filter on lo: compile filter "type mgt" for link type ETHERNET`, "ok   ring of lo")
	expect(t, check(false, "", "lo"), "ok   interface lo", "WARN offloads of lo", "FAIL ring of lo: not tried: permissions are missing")
	expect(t, check(true, "", "nowhere0"), "FAIL interface nowhere0: find interface nowhere0: ioctl: no such device; `espbeat --list` shows the interfaces")
	expect(t, check(true, "", "default_route"), "FAIL interface default_route: ")
	// Order is that of the list, and all of it is told.
	expect(t, check(true, "", "down0", "nowhere0"), "FAIL interface down0: down; bring it up: `ip link set down0 up`", "", "FAIL ring of down0: ", "FAIL interface nowhere0")
}
