// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// namedNetNS makes a network namespace that has a name, which ends with the test. The test itself stays outside.
func namedNetNS(t *testing.T, commands ...string) string {
	t.Helper()
	newNamespace(t)
	name := fmt.Sprintf("espbeat-test-%d", os.Getpid())
	ip(t, "netns add "+name)
	t.Cleanup(func() {
		if _, err := os.Stat(filepath.Join(netnsDir, name)); err == nil {
			ip(t, "netns del "+name)
		}
	})
	for _, c := range commands {
		ip(t, "-n "+name+" "+c)
	}
	return name
}

// ownNetNS is the path of the test's own namespace, which the threads of other goroutines are not in.
func ownNetNS() string { return fmt.Sprintf("/proc/self/task/%d/ns/net", unix.Gettid()) }

func TestCaptureInNetNS(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		newVethPair(t, "addr add 192.0.2.5/24 dev veth1", "route add default via 192.0.2.1", "link set veth1 alias uplink")
		there := ownNetNS()
		for _, name := range []string{"veth1", DefaultRoute, AnyInterface} {
			l := mustOpenLive(t, LiveOptions{Interface: name, Engine: engine, NetNS: there, Promiscuous: true})
			w := newWireSender(t, "veth0")
			w.send(etherFrame(append(ipv4(17, 1, 2, false, 40), "the end"...)))
			got := collect(t, l, "the end")
			last := l.Interfaces()[got[len(got)-1].Interface]
			if last.NetNS != there {
				t.Errorf("%s: the packet is of %+v", name, last)
			}
			if name != AnyInterface && (last.Name != "veth1" || last.Description != "uplink") {
				t.Errorf("%s: the packet is of %+v", name, last)
			}
			l.Close()
		}
	})
}

func TestCaptureInNamedNetNS(t *testing.T) {
	name := namedNetNS(t)
	ip(t, "-n "+name+" link set lo up")
	l := mustOpenLive(t, LiveOptions{Interface: "lo", NetNS: name})
	if in := l.Interfaces()[0]; in.NetNS != name || in.Name != "lo" {
		t.Errorf("%+v", in)
	}
}

// No thread is left behind in the namespace, where other goroutines would find themselves.
func TestNetNSIsLeft(t *testing.T) {
	newNamespace(t)
	own := ownNetNS()
	for range 10 {
		var entered uint64
		if err := inNetNS(own, func(id uint64) error { entered = id; return errors.New("heard") }); err == nil || err.Error() != "heard" {
			t.Fatal(err)
		}
		var st unix.Stat_t
		if err := unix.Stat(own, &st); err != nil || st.Ino != entered {
			t.Errorf("%d was entered, not %d (%v)", entered, st.Ino, err)
		}
	}
	tasks, err := filepath.Glob("/proc/self/task/*/ns/net")
	if err != nil || len(tasks) < 2 {
		t.Fatal(tasks, err)
	}
	here, _ := os.Readlink(own)
	for _, task := range tasks {
		if ns, err := os.Readlink(task); err == nil && ns == here && task != own {
			t.Errorf("%s is in the namespace still", task)
		}
	}
}

func TestNetNSErrors(t *testing.T) {
	newNamespace(t)
	for name, want := range map[string]string{
		"espbeat-no-such": "`ip netns list` shows the names",
		"/proc/nobody":    "/proc/PID/ns/net",
		"/proc/self/stat": "no network namespace",
	} {
		_, err := OpenLive(LiveOptions{Interface: "lo", NetNS: name})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := OpenLive(LiveOptions{Interface: "nosuch0", NetNS: ownNetNS()}); err == nil || !strings.Contains(err.Error(), "nosuch0") {
		t.Errorf("an interface that is not there: %v", err)
	}
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&head, (*unix.CapUserData)(unsafe.Pointer(&none))); err != nil {
		t.Skipf("the rights of a thread cannot be dropped: %v", err)
	}
	err := visitNetNS("/proc/thread-self/ns/net", func(uint64) error { return nil })
	if !errors.Is(err, unix.EPERM) || !strings.Contains(err.Error(), "cap_sys_admin") {
		t.Errorf("error %v has no remedy", err)
	}
}
