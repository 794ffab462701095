// SPDX-License-Identifier: Apache-2.0

// Package elastic gives tools a real Elasticsearch to measure: the one that ESPBEAT_TEST_ES names, or one that tests/elasticsearch starts.
package elastic

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Server is a real Elasticsearch.
type Server struct {
	URL string // with user and password, if any; no slash at the end

	ctx context.Context
	end func()
}

// At is the server at a URL that somebody else runs.
func At(ctx context.Context, url string) *Server {
	return &Server{URL: strings.TrimRight(url, "/"), ctx: ctx, end: func() {}}
}

// tail keeps the end of what is written to it.
type tail struct{ b []byte }

// maxTail is how much of a failed start's last words an error repeats, bytes.
const maxTail = 600

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	t.b = t.b[max(0, len(t.b)-maxTail):]
	return len(p), nil
}

// exitMissing is the status of the kit's script when something must be installed first.
const exitMissing = 3

// heap of every server that is started, so that figures of one measurement compare with those of another.
const heap = "2g"

// Options of a server that is started.
type Options struct {
	// Quick starts a server that is up sooner and stays slower: for measuring bytes, not time.
	Quick bool
}

// Start returns the server that ESPBEAT_TEST_ES names, or starts one from the project's folder; nil and a reason when there can be none.
// The caller calls End.
func Start(ctx context.Context, o Options) (*Server, string, error) {
	if u := os.Getenv("ESPBEAT_TEST_ES"); u != "" {
		return At(ctx, u), "", nil
	}
	dir, err := os.MkdirTemp("", "espbeat-tool-es-")
	if err != nil {
		return nil, "", fmt.Errorf("start Elasticsearch: %w", err)
	}
	if err := os.Chmod(dir, 0o777); err != nil { // root starts the server as another user
		return nil, "", fmt.Errorf("start Elasticsearch: %w", err)
	}
	cmd := exec.CommandContext(ctx, filepath.Join("tests", "elasticsearch", "start.sh"), "-w", "-H", heap, dir)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // lets the script stop the server; a kill would leave it
	// The kit's own settings make a server that starts quickly and stays slow; one that is measured has all of Java's compilers and the
	// collector that Elasticsearch is made for, as in production: with another its circuit breaker opens on what is garbage.
	if !o.Quick {
		cmd.Env = append(os.Environ(), "ESKIT_JAVA_OPTS=-XX:TieredStopAtLevel=4 -XX:-UseSerialGC -XX:+UseG1GC")
	}
	var last tail
	cmd.Stderr = &last
	in, err := cmd.StdinPipe() // the server ends with it
	if err != nil {
		return nil, "", fmt.Errorf("start Elasticsearch: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", fmt.Errorf("start Elasticsearch: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, "", fmt.Errorf("start Elasticsearch: %w", err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	end := func() {
		_ = in.Close()
		_ = cmd.Wait() // it removes its folder
	}
	if line = strings.TrimSpace(line); strings.HasPrefix(line, "http") {
		return &Server{line, ctx, end}, "", nil
	}
	end()
	if cmd.ProcessState.ExitCode() == exitMissing {
		return nil, string(bytes.TrimSpace(last.b)), nil
	}
	return nil, "", fmt.Errorf("start Elasticsearch: tests/elasticsearch/start.sh: %s", bytes.TrimSpace(last.b))
}

// End stops a server that Start started.
func (s *Server) End() { s.end() }

// Do sends a request with a JSON body, or none, and decodes the answer into into unless that is nil.
func (s *Server) Do(method, path string, body, into any) error {
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		in = bytes.NewReader(b)
	}
	return s.send(method, path, in, into)
}

// send is Do with a body as it goes over the wire.
func (s *Server) send(method, path string, body io.Reader, into any) error {
	req, err := http.NewRequestWithContext(s.ctx, method, s.URL+path, body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("%s %s: read the answer: %w", method, path, err)
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: status %d: %.300s", method, path, resp.StatusCode, answer)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("%s %s: decode the answer: %w", method, path, err)
	}
	return nil
}

// CPU is the CPU time that the server's processes have used so far.
func (s *Server) CPU() (time.Duration, error) {
	var stats struct {
		Nodes map[string]struct {
			Process struct {
				CPU struct {
					Total int64 `json:"total_in_millis"`
				} `json:"cpu"`
			} `json:"process"`
		} `json:"nodes"`
	}
	err := s.Do(http.MethodGet, "/_nodes/stats/process", nil, &stats)
	var sum time.Duration
	for _, n := range stats.Nodes {
		sum += time.Duration(n.Process.CPU.Total) * time.Millisecond
	}
	return sum, err
}

// Documents refreshes an index and counts what is in it.
func (s *Server) Documents(index string) (int, error) {
	if err := s.Do(http.MethodPost, "/"+url.PathEscape(index)+"/_refresh", nil, nil); err != nil {
		return 0, err
	}
	var c struct {
		Count int `json:"count"`
	}
	err := s.Do(http.MethodGet, "/"+url.PathEscape(index)+"/_count", nil, &c)
	return c.Count, err
}

// CopyTemplate copies the index template that espbeat loaded for one data stream to another.
func (s *Server) CopyTemplate(from, to string) error {
	var got struct {
		Templates []struct {
			Template map[string]any `json:"index_template"`
		} `json:"index_templates"`
	}
	if err := s.Do(http.MethodGet, "/_index_template/"+url.PathEscape(from), nil, &got); err != nil {
		return err
	}
	if len(got.Templates) != 1 {
		return fmt.Errorf("%d index templates are called %s", len(got.Templates), from)
	}
	t := got.Templates[0].Template
	t["index_patterns"] = []string{to}
	for _, own := range []string{"created_date", "created_date_millis", "modified_date", "modified_date_millis"} {
		delete(t, own) // the server's
	}
	return s.Do(http.MethodPut, "/_index_template/"+url.PathEscape(to), t, nil)
}

// last is the server for what must be done also when the tool was interrupted.
func (s *Server) last() *Server { return &Server{URL: s.URL, ctx: context.WithoutCancel(s.ctx)} }

// Drop deletes a data stream with its template.
func (s *Server) Drop(name string) error {
	return errors.Join(s.last().Do(http.MethodDelete, "/_data_stream/"+url.PathEscape(name), nil, nil),
		s.last().Do(http.MethodDelete, "/_index_template/"+url.PathEscape(name), nil, nil))
}

// Delete deletes an index.
func (s *Server) Delete(index string) error {
	return s.last().Do(http.MethodDelete, "/"+url.PathEscape(index), nil, nil)
}
