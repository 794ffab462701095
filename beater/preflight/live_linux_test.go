// SPDX-License-Identifier: Apache-2.0

package preflight

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

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
	expect(t, check(true, "", "default_route"), "FAIL interfaces of mine: ")
	// Order is that of the list, and all of it is told.
	expect(t, check(true, "", "down0", "nowhere0"), "FAIL interface down0: down; bring it up: `ip link set down0 up`", "", "FAIL ring of down0: ", "FAIL interface nowhere0")

	in := inputOf(config.TypeLive)
	in.Interfaces, in.BufferTime = []string{"lo"}, time.Millisecond
	expect(t, live(&in, false, true)[2:], "ok   ring of lo: 1ms at the speed of the interface can be had, engine auto")
	in.Interfaces = []string{"nothing*"}
	expect(t, live(&in, false, true), "WARN interfaces of mine: none matches nothing*; the input will wait for one")
	in.Interfaces = []string{"down*"}
	expect(t, live(&in, false, true), "WARN interface down0: down; the input will wait until it is up")
	in.Interfaces = []string{"*"}
	in.ExcludeInterfaces = []string{"down0", "peer0", "lo"}
	expect(t, live(&in, false, true), "WARN interfaces of mine: none matches *")
	in.Interfaces, in.ExcludeInterfaces, in.WaitForInterfaces = []string{"nowhere0"}, nil, true
	expect(t, live(&in, false, true), "WARN interface nowhere0: find interface nowhere0: ioctl: no such device; `espbeat --list` shows the interfaces; the input will wait for it")
	in.NetNS, in.WaitForInterfaces = "nowhere", false
	expect(t, live(&in, false, true), "FAIL interfaces of mine: open network namespace nowhere: ")
}

func TestLiveInAnotherNamespace(t *testing.T) {
	namespace(t, "link add inside0 type veth peer name inside1", "link set inside0 up")
	in := inputOf(config.TypeLive)
	in.Interfaces, in.BufferSize = []string{"inside0", "inside1"}, 1<<20
	here := fmt.Sprintf("/proc/%d/task/%d/ns/net", os.Getpid(), syscall.Gettid())
	in.NetNS = here
	done := make(chan []Finding)
	go func() { done <- live(&in, false, true) }() // on a thread outside
	expect(t, <-done, "ok   network namespace "+here+": can be entered", "WARN interface inside0: up, without a carrier", "WARN offloads of inside0: ", "ok   ring of inside0: ",
		"FAIL interface inside1: down", "WARN offloads of inside1: ", "FAIL ring of inside1: ")
}
