// SPDX-License-Identifier: Apache-2.0

package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/elastic/beats/v7/libbeat/common/backoff"
	"github.com/elastic/beats/v7/libbeat/esleg/eslegclient"

	"github.com/espbeat/espbeat/publish/lookup"
)

// rounds is how often all servers are tried; somebody waits for the answer.
const rounds = 4

// firstWait and longestWait bound the time between two rounds.
const firstWait, longestWait = 500 * time.Millisecond, 5 * time.Second

// ask sends a request to a server that answers, and reads the JSON of its answer.
func (v *View) ask(ctx context.Context, method, path string, params map[string]string, body, answer any) error {
	var encoded any
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("search %s: the query is no JSON: %w", v.index, err)
		}
		encoded = eslegclient.RawEncoding{Encoding: b}
	}
	wait := backoff.NewEqualJitterBackoff(ctx.Done(), v.c.first, v.c.most)
	var err error
	for round := range rounds {
		if round > 0 && !wait.Wait() {
			break
		}
		for range v.c.conns {
			var status int
			var got []byte
			status, got, err = v.c.send(ctx, method, path, params, encoded)
			if err == nil {
				if answer == nil {
					return nil
				}
				if err := json.Unmarshal(got, answer); err != nil {
					return v.strange(err)
				}
				return nil
			}
			if ctx.Err() != nil {
				return fmt.Errorf("search %s: %w", v.index, ctx.Err())
			}
			if !lookup.Passes(status, err) {
				return fmt.Errorf("search %s: %w%s", v.index, reason(got, err), v.remedy(status))
			}
			v.c.active = (v.c.active + 1) % len(v.c.conns)
		}
	}
	return fmt.Errorf("search %s: %w: see to the servers of output.elasticsearch, or name others with --node", v.index, err)
}

// send sends one request to the active server. The status is 0 without an answer.
func (c *Client) send(ctx context.Context, method, path string, params map[string]string, body any) (int, []byte, error) {
	conn := &c.conns[c.active]
	if !c.bound[c.active] {
		// Only this gives a connection its context. What a server says against it, it says against the request, with a status.
		var unreachable *url.Error
		if err := conn.Connect(ctx); errors.As(err, &unreachable) {
			return 0, nil, err
		}
		c.bound[c.active] = true
	}
	return conn.Request(method, path, "", params, body)
}

// reason is what Elasticsearch gives for an error, in its innermost words.
func reason(answer []byte, err error) error {
	type cause struct {
		Type, Reason string
		CausedBy     json.RawMessage `json:"caused_by"`
	}
	var a struct {
		Error struct {
			cause
			Root []cause `json:"root_cause"`
		}
	}
	if json.Unmarshal(answer, &a) != nil || a.Error.Reason == "" {
		return err
	}
	at := a.Error.cause
	if len(a.Error.Root) > 0 {
		at = a.Error.Root[0]
	}
	words := []string{at.Reason}
	for next := at.CausedBy; next != nil; {
		var c cause
		if json.Unmarshal(next, &c) != nil {
			break
		}
		if c.Reason != "" {
			words = append(words, c.Reason)
		}
		next = c.CausedBy
	}
	return errors.New(strings.Join(words, ": "))
}

// remedy is what helps against a refusal.
func (v *View) remedy(status int) string {
	switch status {
	case 0:
		return ": set ssl.certificate_authorities of output.elasticsearch to the authority that signed the server's certificate"
	case http.StatusUnauthorized:
		return ": set username and password, or api_key, of output.elasticsearch"
	case http.StatusForbidden:
		return fmt.Sprintf(": give the user of output.elasticsearch the index privilege read on %s", v.index)
	case http.StatusNotFound:
		return ": name the index or data stream of the packets with --index"
	}
	return ""
}
