// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/espbeat/espbeat/beater"
)

// tap stands between libbeat's log and the terminal of somebody who runs espbeat by
// capture flags. libbeat logs JSON; people get a line that says what is wrong. It is
// also where trouble of the output is seen: libbeat retries for ever and tells
// nothing but its log.
type tap struct {
	out     io.Writer // the real stderr
	was     *os.File
	write   *os.File
	done    chan struct{}
	outcome *beater.Outcome
	once    sync.Once

	mu      sync.Mutex
	last    time.Time // of the last trouble that was printed
	now     func() time.Time
	reached bool // the output was connected to once
}

// troubleEvery is how often lasting trouble of the output is printed.
const troubleEvery = 10 * time.Second

// tapStderr puts a tap on os.Stderr, which prints to out.
func tapStderr(out io.Writer, outcome *beater.Outcome) (*tap, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("read libbeat's log: %w", err)
	}
	t := &tap{out: out, was: os.Stderr, write: w, done: make(chan struct{}), outcome: outcome, now: time.Now}
	os.Stderr = w
	go func() {
		defer close(t.done)
		t.read(r)
	}()
	return t, nil
}

// close gives stderr back, when all that was logged is printed.
func (t *tap) close() {
	t.once.Do(func() {
		os.Stderr = t.was
		_ = t.write.Close()
		<-t.done
	})
}

// say prints a message of ours.
func (t *tap) say(s string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, l := range strings.Split(strings.TrimRight(s, "\n"), "\n") {
		if i == 0 {
			l = "espbeat: " + l
		} else {
			l = "         " + l
		}
		fmt.Fprintln(t.out, l)
	}
}

func (t *tap) read(r io.Reader) {
	in := bufio.NewReader(r)
	for {
		l, err := in.ReadString('\n')
		if l = strings.TrimRight(l, "\n"); l != "" {
			t.line(l)
		}
		if err != nil {
			return
		}
	}
}

// record is a line of libbeat's log.
type record struct {
	Level   string `json:"log.level"`
	Logger  string `json:"log.logger"`
	Message string `json:"message"`
	Type    string `json:"log.type"`
}

// Messages of libbeat's outputs, as of the version that go.mod has; a test runs them.
var (
	rejection   = regexp.MustCompile(`\(status=(\d+)\): (\{.*\})`)
	cannotReach = regexp.MustCompile(`(?s)^Failed to connect to (?:backoff|failover)?\(?\w*\(?([^()]*)\)*: (.*)$`)
	notAllowed  = regexp.MustCompile(`\b(401 Unauthorized|403 Forbidden)\b`)
	notTrusted  = regexp.MustCompile(`x509: |tls: |certificate|server gave HTTP response to HTTPS client`)
)

func (t *tap) line(l string) {
	var r record
	if err := json.Unmarshal([]byte(l), &r); err != nil || r.Message == "" {
		t.say(strings.TrimPrefix(l, "Exiting: "))
		return
	}
	if m := rejection.FindStringSubmatch(r.Message); m != nil && strings.HasPrefix(r.Message, "Cannot index event") {
		t.outcome.Rejected(reasonOf(m[1], m[2]))
		return // the event itself is the packet's content
	}
	if m := cannotReach.FindStringSubmatch(r.Message); m != nil {
		t.trouble(m[1], m[2])
		return
	}
	switch {
	case strings.HasPrefix(r.Message, "Connection to ") && strings.HasSuffix(r.Message, " established"):
		t.mu.Lock()
		t.reached = true
		t.mu.Unlock()
	case strings.HasPrefix(r.Message, "failed to perform any bulk index operations: "):
		t.trouble("", strings.TrimPrefix(r.Message, "failed to perform any bulk index operations: "))
		return
	case strings.HasPrefix(r.Message, "failed to publish events: "), strings.HasPrefix(r.Message, "Error dialing "):
		return // the line before or after says it
	case strings.HasPrefix(r.Message, "Exiting: "), strings.Contains(r.Message, "dead_letter_index is beta"):
		return // printed beside the log, or of no use here
	case strings.HasPrefix(r.Message, "Failed to index "):
		return // counted in the ledger
	}
	if r.Level == "info" || r.Level == "debug" {
		t.raw(l) // asked for, by -v or -d
		return
	}
	t.say(r.Level + ": " + r.Message)
}

func (t *tap) raw(l string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintln(t.out, l)
}

// trouble prints what is wrong with the output, at once and then every ten seconds.
// What waiting does not mend ends the run, unless the output has worked before.
func (t *tap) trouble(where, why string) {
	why = short(why)
	if where != "" {
		why = where + ": " + why
	}
	if hint := hopeless(why); hint != "" && !t.wasReached() {
		err := errors.New(why + ": " + hint)
		t.outcome.Abort(err)
		if t.outcome.Err() == err { //nolint:errorlint // the same, not one like it: said once
			t.say(err.Error())
		}
		return
	}
	t.mu.Lock()
	now := t.now()
	if !t.last.IsZero() && now.Sub(t.last) < troubleEvery {
		t.mu.Unlock()
		return
	}
	t.last = now
	t.mu.Unlock()
	t.say("the output does not accept packets: " + why + " (trying again; Ctrl-C stops)")
}

func (t *tap) wasReached() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.reached
}

// hopeless is the remedy for an error that trying again does not mend.
func hopeless(why string) string {
	switch {
	case strings.Contains(why, "401 Unauthorized"):
		return "give user and password, or an API key: -E output.elasticsearch.username=… -E output.elasticsearch.password=… (or .api_key=…), or put them in the keystore"
	case notAllowed.MatchString(why):
		return "the user lacks a privilege: see what its role may do"
	case notTrusted.MatchString(why):
		return "check https or http in --node, and give the certificate of the authority: -E output.elasticsearch.ssl.certificate_authorities=[ca.crt]"
	}
	return ""
}

// reasonOf is the reason in an item's error, without the document.
func reasonOf(status, item string) string {
	var e struct {
		Type   string `json:"type"`
		Reason string `json:"reason"`
	}
	if err := json.Unmarshal([]byte(item), &e); err == nil && e.Reason != "" {
		return fmt.Sprintf("status %s, %s: %s", status, e.Type, e.Reason)
	}
	return "status " + status
}

// short takes libbeat's preamble off an error, and of an answer's body keeps the reason only.
func short(why string) string {
	why = strings.TrimPrefix(why, "Connection marked as failed because the onConnect callback failed: ")
	why, _, _ = strings.Cut(why, "\n") // a proxy's page
	if i := strings.Index(why, ": {"); i > 0 {
		var body struct {
			Error struct {
				Reason string `json:"reason"`
			} `json:"error"`
		}
		reason := ""
		if err := json.Unmarshal([]byte(why[i+2:]), &body); err == nil && body.Error.Reason != "" {
			reason = ": " + body.Error.Reason
		}
		why = why[:i] + reason
	}
	return why
}
