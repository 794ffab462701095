// SPDX-License-Identifier: Apache-2.0

package indices

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/esleg/eslegclient"
	"github.com/elastic/beats/v7/libbeat/idxmgmt"
	"github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/logp"
)

// Client is a connection to Elasticsearch, as libbeat has it.
type Client = idxmgmt.ESClient

// dial connects to the configured output.
func dial(root *config.C, info beat.Info, log *logp.Logger) (Client, error) {
	out, err := root.Child("output.elasticsearch", -1)
	if err != nil {
		return nil, fmt.Errorf("output.elasticsearch: not configured, setup needs to know the server: %w", err)
	}
	return Dial(out, info.Beat, log)
}

// Dial connects to the servers of an output.elasticsearch section.
func Dial(output *config.C, name string, log *logp.Logger) (Client, error) {
	c, err := eslegclient.NewConnectedClient(context.Background(), output, name, log)
	if err != nil {
		return nil, err // it names the host
	}
	return c, nil
}

// fetch reads what is at path. What is not there is nil, without an error.
func fetch(c Client, path string) (map[string]any, error) {
	status, body, err := c.Request(http.MethodGet, path, "", nil, nil)
	if status == http.StatusNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w%s", path, err, remedy(status))
	}
	m := map[string]any{}
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, fmt.Errorf("GET %s: the answer is no JSON object: %w", path, err)
	}
	return m, nil
}

// send writes.
func send(c Client, method, path string, body any) (map[string]any, error) {
	status, answer, err := c.Request(method, path, "", nil, body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w%s", method, path, err, remedy(status))
	}
	var m map[string]any
	_ = json.Unmarshal(answer, &m) // what of it is needed is looked for
	return m, nil
}

// remedy is what helps against a refusal.
func remedy(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return ": set username and password, or api_key, of output.elasticsearch"
	case http.StatusForbidden:
		return ": run `espbeat setup` as a user with the cluster privileges monitor, manage_index_templates, manage_ilm and manage_ingest_pipelines, and manage on the data stream"
	}
	return ""
}

// object is the object at path in m, nil when there is none.
func object(m map[string]any, path ...string) map[string]any {
	for _, key := range path {
		m, _ = m[key].(map[string]any)
	}
	return m
}

// plain turns v into what JSON makes of it, so that it compares with an answer.
func plain(v any) (map[string]any, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	if m == nil {
		return nil, errors.New("no object")
	}
	return m, nil
}
