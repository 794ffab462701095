// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// logged is a result whose ledger stands in a log of JSON.
func (r result) logged() result {
	r.err = strings.NewReplacer(`"message":"packets`, "\nespbeat: packets", `\n`, "\n ").Replace(r.err)
	return r
}

// TestInputsHaveProcessorsAndFormatsOfTheirOwn reads one capture as three inputs do. What a processor drops is filtered in the ledger, and
// done for progress.
func TestInputsHaveProcessorsAndFormatsOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := es.NewSink(t, es.SinkOptions{})
	dir := t.TempDir()
	c := write(t, dir, "mine.yml", fmt.Sprintf(`
espbeat.inputs:
  - id: processed
    type: file
    paths: [%[1]q]
    tags: [processed]
    processors:
      - drop_event.when.not.equals.network.transport: tcp
      - add_fields: {target: "", fields: {zone: web}, when.or: [{equals.destination.port: 80}, {equals.source.port: 80}]}
      - rename: {fields: [{from: source.mac, to: mac.from}]}
      - drop_fields: {fields: [tcp.flags], when.range.packet.number.lt: 100}
  - {id: none, type: file, reimport: none, paths: [%[1]q], tags: [none], processors: [{drop_event: ~}]}
  - {id: whole, type: file, reimport: whole, paths: [%[1]q], tags: [whole]}
  - {id: lite, type: file, reimport: lite, paths: [%[1]q], format: lite}
output.elasticsearch: {hosts: [%[2]q], index: packets}
setup: {template.enabled: false, ilm.enabled: false}
logging.to_stderr: true
`, demo(), s.URL))
	want := map[int]document{}
	tcp := 0
	for _, d := range printed(t, demo()) {
		want[d.number(t)] = d
		if hasText("network.transport", "tcp")(d) {
			tcp++
		}
	}
	line := cmdline{args: []string{"-c", c, "--path.home", dir}, dir: dir}
	line.run(t).exits(0).logged().accounts(ledger{
		"packets seen": 4 * demoPackets, "acknowledged": demoPackets + 2*tcp, "filtered": 3*demoPackets - 2*tcp, "documents stored": demoPackets + 2*tcp,
	})
	n := map[string]int{}
	for _, d := range s.Docs() {
		var doc document
		if err := json.Unmarshal(d.Source, &doc); err != nil {
			t.Fatal(err)
		}
		kind := d.Index
		if tag := doc.at("tags"); len(tag) == 1 {
			kind += " " + tag[0].(string)
		}
		n[kind]++
		if kind == "packets_lite" {
			delete(doc, "@timestamp") // which libbeat always sends
			if len(doc) != 4 || !has("srcip")(doc) || !has("dstport")(doc) {
				t.Errorf("lite document %v", doc)
			}
			continue
		}
		if !has("agent.id")(doc) || !has("ecs.version")(doc) {
			t.Errorf("nothing of the Beat in %v", doc)
		}
		if kind != "packets processed" {
			continue
		}
		original := want[doc.number(t)]
		web := hasNumber("destination.port", 80)(original) || hasNumber("source.port", 80)(original)
		if hasText("zone", "web")(doc) != web || has("source.mac")(doc) || fmt.Sprint(doc.at("mac.from")) != fmt.Sprint(original.at("source.mac")) ||
			has("tcp.flags")(doc) != (has("tcp.flags")(original) && doc.number(t) >= 100) {
			t.Errorf("processed: %v\nof %v", doc, original)
		}
	}
	if fmt.Sprint(n) != fmt.Sprint(map[string]int{"packets processed": tcp, "packets whole": demoPackets, "packets_lite": tcp}) {
		t.Errorf("documents %v", n)
	}
	line.run(t).exits(0).logged().accounts(ledger{"packets seen": 4 * demoPackets, "acknowledged": 0, "acknowledged before": 4 * demoPackets, "documents stored": 0})
}

func TestInputWithAProcessorThatIsNone(t *testing.T) {
	t.Parallel()
	s := es.NewSink(t, es.SinkOptions{})
	dir := t.TempDir()
	c := write(t, dir, "mine.yml", fmt.Sprintf(`
espbeat.inputs: [{id: lab, type: file, paths: [%q], processors: [{drop_evnt: ~}]}]
output.elasticsearch.hosts: [%q]
`, demo(), s.URL))
	cmdline{args: []string{"-c", c, "--path.home", dir}, dir: dir}.run(t).exits(1).
		complains("start input lab: processors: the processor action drop_evnt does not exist")
}
