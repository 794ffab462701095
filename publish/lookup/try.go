// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/elastic/beats/v7/libbeat/common/backoff"
	"github.com/elastic/beats/v7/libbeat/esleg/eslegclient"
)

// ErrForbidden: the output's user may write, and may not look.
var ErrForbidden = errors.New("no permission")

// try is one call of Stored.
type try struct {
	*Lookup
	ctx    context.Context
	target string
	bound  *eslegclient.Connection // the connection that ctx ends
}

// ask posts a request until a server answers it. The answer is nil when the target does not exist; it is valid until the next.
func (t *try) ask(request string, params map[string]string, body any) ([]byte, error) {
	wait := backoff.NewEqualJitterBackoff(t.ctx.Done(), t.first, t.most)
	for {
		var err error
		for range t.conns {
			var status int
			var answer []byte
			status, answer, err = t.post(t.conns[t.active], path(t.target, request), params, body)
			switch {
			case err == nil:
				return answer, nil
			case missing(status, answer):
				return nil, nil
			case status == http.StatusForbidden:
				return nil, fmt.Errorf("look for stored packets in %s: %w: %w%s", t.target, ErrForbidden, err, t.remedy(status))
			case !Passes(status, err):
				return nil, fmt.Errorf("look for stored packets in %s: %w%s", t.target, err, t.remedy(status))
			}
			t.active = (t.active + 1) % len(t.conns)
		}
		if t.ctx.Err() == nil {
			t.log.Warnf("Looking for stored packets in %s is tried again: %v", t.target, err)
		}
		if t.ctx.Err() != nil || !wait.Wait() {
			return nil, fmt.Errorf("look for stored packets in %s: %w: the last try: %w", t.target, t.ctx.Err(), err)
		}
	}
}

// post sends one request to one server. The status is 0 without an answer.
func (t *try) post(c *eslegclient.Connection, path string, params map[string]string, body any) (int, []byte, error) {
	if t.bound != c {
		// Only this gives a connection its context. What a server says against it, it says against the request, with a status.
		var unreachable *url.Error
		if err := c.Connect(t.ctx); errors.As(err, &unreachable) {
			return 0, nil, err
		}
		t.bound = c
	}
	return c.Request(http.MethodPost, path, "", params, body)
}

// Passes tells whether a failure may pass by itself.
func Passes(status int, err error) bool {
	switch status {
	case 0:
		return !untrusted(err)
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return status < http.StatusMultipleChoices // the answer broke off
}

// untrusted tells whether the server's certificate was refused.
func untrusted(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &host) || errors.As(err, &invalid)
}

// remedy is what helps against a refusal.
func (t *try) remedy(status int) string {
	switch status {
	case 0:
		return ": set ssl.certificate_authorities of output.elasticsearch to the authority that signed the server's certificate"
	case http.StatusUnauthorized:
		return ": set username and password, or api_key, of output.elasticsearch"
	case http.StatusForbidden:
		return fmt.Sprintf(": give the user of output.elasticsearch the index privileges read and maintenance on %s", t.target)
	}
	return ""
}
