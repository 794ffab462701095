// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/elastic/elastic-agent-client/v7/pkg/proto"
	"gopkg.in/yaml.v3"

	"github.com/espbeat/espbeat/tests/internal/agentserver"
	"github.com/espbeat/espbeat/tests/internal/es"
)

type settings = agentserver.Settings

// Units of the tests.
const (
	unitOutput = "espbeat/packet-default"
	unitOne    = "espbeat/packet-default-one"
	unitTwo    = "espbeat/packet-default-two"
)

// specArgs is how agent/espbeat.spec.yml starts the Beat.
func specArgs(t testing.TB) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root(), "agent", "espbeat.spec.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var spec struct {
		Inputs []struct {
			Command struct{ Args []string }
		}
	}
	if err := yaml.Unmarshal(b, &spec); err != nil {
		t.Fatal(err)
	}
	return spec.Inputs[0].Command.Args
}

// managed starts the Beat as Elastic Agent does.
func managed(t testing.TB, a *agentserver.Server) *process {
	t.Helper()
	return cmdline{args: append(specArgs(t), "-E", "path.data="+t.TempDir()), stdin: a.StartUpInfo()}.start(t)
}

// output is a unit that sends to a server as Fleet's default output does.
func output(t *testing.T, url string) *proto.UnitExpectedConfig {
	return agentserver.Unit(t, "default", "elasticsearch", settings{
		"type": "elasticsearch", "hosts": []any{url}, "queue": settings{"mem": settings{"events": 3200, "flush": settings{"min_events": 1600, "timeout": "200ms"}}},
	})
}

// all are the streams of the integration package: packets with some settings, their flows, the ledger.
func streams(packets settings) []settings {
	return []settings{packets, {"dataset": "espbeat.flow"}, {"dataset": "espbeat.ledger", "period": "1s"}}
}

// of are the documents of a sink in one data stream.
func ofStream(t *testing.T, s *es.Sink, index string) (docs []document) {
	t.Helper()
	for _, d := range s.Docs() {
		if d.Index == index {
			docs = append(docs, parse(t, string(d.Source))...)
		}
	}
	return docs
}

// until waits until the documents of a data stream are as they should be.
func until(t *testing.T, s *es.Sink, index, what string, ok func([]document) bool) []document {
	t.Helper()
	for {
		have := s.Stats().Docs
		docs := ofStream(t, s, index)
		if ok(docs) {
			return docs
		}
		taken(t, s, what, func(st es.Stats) bool { return st.Docs > have })
	}
}

// TestAgent drives the Beat by Elastic Agent's protocol through what may happen to a policy.
func TestAgent(t *testing.T) {
	t.Parallel() // it waits, mostly
	namespace(t)
	sink := es.NewSink(t, es.SinkOptions{})
	a := agentserver.New(t)
	a.Set(unitOutput, proto.UnitType_OUTPUT, output(t, sink.URL))
	a.Set(unitOne, proto.UnitType_INPUT, agentserver.Input(t, "one", streams(settings{"interfaces": []any{"lo"}, "filter": "udp or tcp", "tags": []any{"one"}})...))
	p := managed(t, a)
	a.Wait(unitOutput, proto.State_HEALTHY)
	a.Wait(unitOne, proto.State_HEALTHY)

	const packets, flows, ledger = "logs-espbeat.packet-default", "logs-espbeat.flow-default", "logs-espbeat.ledger-default"
	capturing(t, func() bool { return sink.Stats().Docs > 0 || ended(p) })
	x := send(t)
	docs := until(t, sink, packets, "all that was sent", x.complete)
	x.check(t, docs)
	for path, want := range map[string]any{
		"data_stream.type": "logs", "data_stream.dataset": "espbeat.packet", "data_stream.namespace": "default", "event.dataset": "espbeat.packet",
		"elastic_agent.id": agentserver.AgentID, "agent.id": agentserver.AgentID, "agent.type": "espbeat", "ecs.version": "8.17.0",
	} {
		if got := docs[0].at(path); len(got) != 1 || got[0] != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	until(t, sink, ledger, "the ledger", func(docs []document) bool {
		return slices.ContainsFunc(docs, both(hasText("espbeat.ledger.input", "one-a"), has("espbeat.ledger.seen"))) && slices.ContainsFunc(docs, has("espbeat.ledger.output.stored"))
	})
	for _, d := range sink.Docs() {
		if !slices.Contains([]string{packets, flows, ledger}, d.Index) || d.Op != "create" {
			t.Fatalf("%s into %s: %s", d.Op, d.Index, d.Source)
		}
	}

	// A second unit, which is then changed, degraded, mended, broken and removed; the first one loses nothing meanwhile.
	steady := sendSteadily(t)
	a.Set(unitTwo, proto.UnitType_INPUT, agentserver.Input(t, "two", settings{"interfaces": []any{"lo"}, "filter": "udp"}))
	a.Wait(unitTwo, proto.State_HEALTHY)
	a.Set(unitTwo, proto.UnitType_INPUT, agentserver.Input(t, "two", settings{"interfaces": []any{"lo"}, "filter": "udp port 9"}))
	a.Wait(unitTwo, proto.State_HEALTHY)
	a.Set(unitTwo, proto.UnitType_INPUT, agentserver.Input(t, "two", settings{"interfaces": []any{"later0"}}))
	if u := a.Wait(unitTwo, proto.State_DEGRADED); !strings.Contains(u.Message, "interface later0 is not there") {
		t.Errorf("degraded by %q", u.Message)
	}
	ip(t, "link add later0 type veth peer name later1")
	ip(t, "link set later1 up")
	ip(t, "link set later0 up")
	u := a.Wait(unitTwo, proto.State_HEALTHY)
	if s, err := json.Marshal(u.Payload.AsMap()); err != nil || !strings.Contains(string(s), `"two-a":{"error":"","status":"HEALTHY"}`) {
		t.Errorf("payload %s, %v", s, err)
	}
	for _, bad := range []struct {
		set  settings
		says string
	}{
		{settings{"interfaces": []any{}}, "streams.two-a.interfaces: []: nothing to capture on"},
		{settings{"interfaces": []any{"lo"}, "filter": "udp prot 9"}, "filter"},
		{settings{"interfaces": []any{"lo"}, "format": "lite"}, `streams.two-a.format: "lite": `},
		{settings{"interfaces": []any{"lo"}, "snaplenn": 3}, "streams.two-a.snaplenn"},
		{settings{"interfaces": []any{"lo"}, "processors": []any{settings{"drop_evnt": settings{}}}}, "drop_evnt"},
		{settings{"interfaces": []any{"lo"}, "profile": "some"}, "profile"},
	} {
		a.Set(unitTwo, proto.UnitType_INPUT, agentserver.Input(t, "two", bad.set))
		if u := a.Wait(unitTwo, proto.State_FAILED); !strings.Contains(u.Message, bad.says) {
			t.Errorf("%v: %q", bad.set, u.Message)
		}
	}
	a.Set(unitTwo, proto.UnitType_INPUT, agentserver.Input(t, "two", settings{"interfaces": []any{"lo"}, "filter": "udp"}))
	a.Wait(unitTwo, proto.State_HEALTHY)
	a.Remove(unitTwo)
	a.WaitRemoved(unitTwo)
	total := steady.stop()
	mine := both(hasText("tags", "one"), hasNumber("destination.port", float64(steady.port)))
	found := func(docs []document) (n int) {
		for _, d := range docs {
			if mine(d) {
				n++
			}
		}
		return n
	}
	docs = until(t, sink, packets, "what was sent during all that", func(docs []document) bool { return found(docs) >= total })
	if n := found(docs); n != total || total == 0 {
		t.Errorf("%d packets of the unit that nobody changed, want %d", n, total)
	}
	for _, s := range a.Said(unitOne) {
		if strings.Contains(s, "DEGRADED") || strings.Contains(s, "FAILED") {
			t.Errorf("the first unit was %s", s)
		}
	}

	testActions(t, a)

	// Another output ends the process, and the Agent starts it again.
	other := es.NewSink(t, es.SinkOptions{})
	a.Set(unitOutput, proto.UnitType_OUTPUT, output(t, other.URL))
	p.wait()
	p = managed(t, a)
	a.Wait(unitOutput, proto.State_HEALTHY)
	a.Wait(unitOne, proto.State_HEALTHY)
	capturing(t, func() bool { return other.Stats().Docs > 0 || ended(p) })
	x = send(t)
	x.check(t, until(t, other, packets, "all that was sent again", x.complete))
	a.Set(unitOutput, proto.UnitType_OUTPUT, agentserver.Unit(t, "default", "nosuchoutput", settings{"type": "nosuchoutput"}))
	p.wait()
	p = managed(t, a)
	a.Wait(unitOutput, proto.State_FAILED)

	a.Set(unitOutput, proto.UnitType_OUTPUT, output(t, other.URL))
	p.wait()
	p = managed(t, a)
	a.Wait(unitOne, proto.State_HEALTHY)
	p.signal(syscall.SIGTERM)
	p.wait().exits(0)
}

// steady sends a datagram every few milliseconds.
type steady struct {
	port  int
	end   chan struct{}
	total chan int
}

func sendSteadily(t *testing.T) *steady {
	t.Helper()
	to, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { to.Close() })
	from, err := net.DialUDP("udp4", nil, to.LocalAddr().(*net.UDPAddr))
	if err != nil {
		t.Fatal(err)
	}
	s := &steady{port: to.LocalAddr().(*net.UDPAddr).Port, end: make(chan struct{}), total: make(chan int, 1)}
	go func() {
		defer from.Close()
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; {
			select {
			case <-s.end:
				s.total <- n
				return
			case <-tick.C:
				if _, err := from.Write([]byte("steady")); err == nil {
					n++
				}
			}
		}
	}()
	return s
}

// stop returns how many were sent.
func (s *steady) stop() int {
	close(s.end)
	return <-s.total
}

// testActions asks a unit for what an operator may ask of it.
func testActions(t *testing.T, a *agentserver.Server) {
	t.Helper()
	got, err := a.PerformAction(unitOne, proto.UnitType_INPUT, "list_interfaces", nil)
	if text := fmt.Sprint(got); err != nil || !strings.Contains(text, "name:lo") {
		t.Errorf("list_interfaces: %s, %v", text, err)
	}
	got, err = a.PerformAction(unitOne, proto.UnitType_INPUT, "test_capture", nil)
	if text := fmt.Sprint(got); err != nil || got["failed"] != false || !strings.Contains(text, "permissions") || !strings.Contains(text, "lo") {
		t.Errorf("test_capture: %s, %v", text, err)
	}
	for unit, want := range map[string][]string{"": {"ledger.txt", "flows.json", "interfaces.txt"}, unitOne: {"capture-one-a.json"}} {
		level := proto.ActionRequest_COMPONENT
		if unit != "" {
			level = proto.ActionRequest_UNIT
		}
		files, err := a.PerformDiagnostic(unit, proto.UnitType_INPUT, level, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range want {
			i := slices.IndexFunc(files, func(f *proto.ActionDiagnosticUnitResult) bool { return f.Filename == name })
			if i < 0 || len(files[i].Content) == 0 {
				t.Errorf("diagnostics of %q lack %s", unit, name)
				continue
			}
			if text := string(files[i].Content); name == "ledger.txt" && !strings.Contains(text, "packets seen") || name == "capture-one-a.json" && !strings.Contains(text, `"Name": "lo"`) {
				t.Errorf("%s: %s", name, text)
			}
		}
	}
}

// TestAgentWithoutPermission: an input that may not capture waits for the right to, and says what to do.
func TestAgentWithoutPermission(t *testing.T) {
	namespace(t)
	a := agentserver.New(t)
	a.Set(unitOutput, proto.UnitType_OUTPUT, output(t, es.NewSink(t, es.SinkOptions{}).URL))
	a.Set(unitOne, proto.UnitType_INPUT, agentserver.Input(t, "one", settings{"interfaces": []any{"lo"}}))
	a.Reachable()
	data := t.TempDir()
	for dir := data; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	cmdline{args: append(specArgs(t), "-E", "path.data="+data), dir: data, stdin: a.StartUpInfo(), user: &syscall.Credential{Uid: 65534, Gid: 65534}}.start(t)
	if u := a.Wait(unitOne, proto.State_DEGRADED); !strings.Contains(u.Message, "setcap") && !strings.Contains(u.Message, "CAP_NET_RAW") {
		t.Errorf("degraded by %q", u.Message)
	}
}

// TestAgentIndexes sends documents of packets, flows and the ledger through the Agent's protocol into the data streams of a real server.
func TestAgentIndexes(t *testing.T) {
	t.Parallel() // it waits, mostly
	s := server(t)
	namespace := strings.ReplaceAll(unique(), "-", "_")
	a := agentserver.New(t)
	a.Set(unitOutput, proto.UnitType_OUTPUT, output(t, s.URL))
	in := agentserver.Input(t, "one", streams(settings{"type": "file", "paths": []any{demo()}})...)
	in.DataStream.Namespace = namespace
	a.Set(unitOne, proto.UnitType_INPUT, in)
	p := managed(t, a)
	t.Cleanup(func() {
		for _, dataset := range []string{"packet", "flow", "ledger"} {
			s.DeleteDataStream("logs-espbeat." + dataset + "-" + namespace)
		}
	})
	for dataset, enough := range map[string]int{"packet": demoPackets, "flow": 1, "ledger": 2} {
		name := "logs-espbeat." + dataset + "-" + namespace
		waitUntil(t, name+" has its documents", func() bool {
			if status, _ := s.Do("POST", "/"+name+"/_refresh", nil); status != 200 {
				return false
			}
			return s.Count(name, nil) >= enough
		})
		for _, h := range s.Search(name, map[string]any{"size": 1}).Hits {
			if d := document(h.Source); !hasText("data_stream.dataset", "espbeat."+dataset)(d) || !hasText("event.dataset", "espbeat."+dataset)(d) || !hasText("data_stream.namespace", namespace)(d) {
				t.Errorf("document of %s: %v", name, h.Source)
			}
		}
	}
	if n := s.Count("logs-espbeat.packet-"+namespace, nil); n != demoPackets {
		t.Errorf("%d packets, want %d", n, demoPackets)
	}
	p.signal(syscall.SIGTERM)
	p.wait().exits(0)
}
