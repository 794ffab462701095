// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/espbeat/espbeat/tests/internal/es"
)

func ip(t *testing.T, args string) {
	t.Helper()
	if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", args, err, out)
	}
}

// plugIn makes the interface hot0, with a neighbour that takes all and answers nothing.
func plugIn(t *testing.T) {
	t.Helper()
	for _, args := range []string{
		"link add hot0 type veth peer name cold0", "link set hot0 addrgenmode none", "link set cold0 addrgenmode none",
		"addr add 192.0.2.1/24 dev hot0", "link set cold0 up", "link set hot0 up", "neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev hot0",
	} {
		ip(t, args)
	}
}

// TestLiveFollowsInterfaces: a glob finds an interface that appears, disappears and is back.
func TestLiveFollowsInterfaces(t *testing.T) {
	for _, engine := range []string{"af_packet", "pcap"} {
		t.Run(engine, func(t *testing.T) { followInterfaces(t, engine) })
	}
}

func followInterfaces(t *testing.T, engine string) {
	namespace(t)
	s := es.NewSink(t, es.SinkOptions{})
	p := cmdline{args: []string{"--nic", "hot*", "--node", s.URL, "-E", "espbeat.inputs.0.engine=" + engine}}.start(t)
	p.says("no interface matches hot*")
	const rounds = 3
	for round := 1; round <= rounds; round++ {
		plugIn(t)
		probes, err := net.Dial("udp4", "192.0.2.9:"+[]string{"", "7001", "7002", "7003"}[round])
		if err != nil {
			t.Fatal(err)
		}
		captured := both(hasText("network.transport", "udp"), hasNumber("destination.port", float64(7000+round)))
		again := time.NewTicker(50 * time.Millisecond)
		deadline := time.After(patience)
		for !slices.ContainsFunc(shippedDocs(t, s), captured) {
			_, _ = probes.Write([]byte("are you there")) // as long as the kernel switches the interface on
			select {
			case <-again.C:
			case <-deadline:
				t.Fatalf("round %d: nothing is captured; stderr:\n%s", round, tail(p.err.String(), 2000))
			}
		}
		again.Stop()
		probes.Close()
		conn, err := net.Dial("udp4", "192.0.2.9:9")
		if err != nil {
			t.Fatal(err)
		}
		for i := range datagrams {
			if _, err := conn.Write(make([]byte, 100+i)); err != nil {
				t.Fatal(err)
			}
		}
		conn.Close()
		if round < rounds { // the last one is there when the run is stopped
			ip(t, "link del hot0")
			waitFor(t, p.err, p.done, "that hot0 is gone", func(text string) bool { return strings.Count(text, "hot0 is gone") == round })
		}
	}
	p.signal(os.Interrupt)
	r := p.wait().exits(0)
	l := r.ledger()
	all := shippedDocs(t, s)
	if l["acknowledged"] != len(all) || l["documents stored"] != len(all) {
		t.Errorf("%d documents arrived; stderr:\n%s", len(all), tail(r.err, 2000))
	}
	lengths := traffic{port: 9}.lengths(all)
	for i := range datagrams {
		if n := count(lengths, 14+20+8+100+i); n != rounds {
			t.Errorf("the datagram of %d bytes was found %d times, want %d", 100+i, n, rounds)
		}
	}
	for _, d := range all {
		if !hasText("observer.ingress.interface.name", "hot0")(d) {
			t.Fatalf("a packet of another interface: %.500v", d)
		}
	}
}

// TestLiveInterfaceIsMissing: what is named has to be there, unless it is to be waited for.
func TestLiveInterfaceIsMissing(t *testing.T) {
	namespace(t)
	run(t, "--nic", "hot0").exits(1).complains("hot0", "--list")
	p := cmdline{args: []string{"--nic", "hot0", "--format", "ecs", "-E", "espbeat.inputs.0.wait_for_interfaces=true"}}.start(t)
	p.says("hot0 is not there")
	plugIn(t)
	p.says("hot0 is there")
	p.signal(os.Interrupt)
	p.wait().exits(0).complains("packets seen")
}

// TestLiveNetNS captures inside a network namespace that the output is outside of.
func TestLiveNetNS(t *testing.T) {
	namespace(t)
	const name = "espbeat-e2e"
	run(t, "--nic", "lo", "-E", "espbeat.inputs.0.netns="+name).exits(1).complains(name, "ip netns list")
	ip(t, "netns add "+name)
	t.Cleanup(func() { ip(t, "netns del "+name) })
	ip(t, "-n "+name+" link set lo up")
	s := es.NewSink(t, es.SinkOptions{})
	p := cmdline{args: []string{"--nic", "l*", "--node", s.URL, "-E", "espbeat.inputs.0.netns=" + name}}.start(t)
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	deadline := time.After(patience)
	for s.Stats().Docs == 0 {
		ip(t, "netns exec "+name+" bash -c echo>/dev/udp/127.0.0.1/7001")
		select {
		case <-again.C:
		case <-deadline:
			t.Fatalf("nothing is captured; stderr:\n%s", tail(p.err.String(), 2000))
		}
	}
	p.signal(os.Interrupt)
	p.wait().exits(0).ledger()
	for _, d := range shippedDocs(t, s) {
		if !hasText("observer.ingress.zone", name)(d) || !hasText("observer.ingress.interface.name", "lo")(d) {
			t.Fatalf("%.800v", d)
		}
	}
}
