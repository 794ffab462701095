// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"reflect"
	"strings"
	"testing"
)

type settings = map[string]any

func TestStreams(t *testing.T) {
	for name, c := range map[string]struct {
		streams  []settings
		datasets []string
		want     []settings
	}{
		"packets alone": {
			[]settings{{"id": "a", "interfaces": []any{"eth0"}, "index": "logs-espbeat.packet-default", "data_stream": settings{"dataset": "espbeat.packet"}}}, []string{"espbeat.packet"},
			[]settings{{"id": "a", "type": "live", "wait_for_interfaces": true, "interfaces": []any{"eth0"}, "index": "logs-espbeat.packet-default"}},
		},
		"without id, a file": {
			[]settings{{"type": "file", "paths": []any{"x"}}}, []string{"mine"},
			[]settings{{"id": "u-0", "type": "file", "paths": []any{"x"}}},
		},
		"what is set stays": {
			[]settings{{"id": "a", "wait_for_interfaces": false}}, []string{"espbeat.packet"},
			[]settings{{"id": "a", "type": "live", "wait_for_interfaces": false}},
		},
		"all three": {
			[]settings{{"id": "f", "index": "flows", "processors": []any{1}, "data_stream": 1}, {"id": "p"}, {"id": "l", "index": "ledger", "period": "10s", "tags": []any{"x"}}},
			[]string{"espbeat.flow", "espbeat.packet", "espbeat.ledger"},
			[]settings{
				{"id": "f", "type": "flow", "index": "flows", "processors": []any{1}, "of": []any{"p"}},
				{"id": "p", "type": "live", "wait_for_interfaces": true, "documents": settings{
					"flow": settings{"index": "flows", "processors": []any{1}}, "ledger": settings{"index": "ledger", "tags": []any{"x"}},
				}},
				{"id": "l", "type": "ledger", "index": "ledger", "period": "10s", "tags": []any{"x"}, "of": []any{"p"}},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Streams("u", c.streams, c.datasets)
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("%v, %v\nwant %v", got, err, c.want)
			}
		})
	}
}

func TestTwoStreamsOfOneKindAreAnError(t *testing.T) {
	_, err := Streams("u", []settings{{"id": "a"}, {"id": "b"}}, []string{"espbeat.ledger", "espbeat.ledger"})
	if err == nil || !strings.Contains(err.Error(), "streams a and b") {
		t.Errorf("error %v", err)
	}
}
