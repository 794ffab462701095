// SPDX-License-Identifier: Apache-2.0

package resp

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// maxWord bounds the words of a request that are looked at, bytes.
const maxWord = 1 << 10

var redacted = field.Intern(field.Redacted)

// syntax says which word of a command is what.
type syntax struct {
	subcommand bool
	key        int // index of the first key, 0 for none
}

// commands are those whose first key is not behind the command (Redis, "Commands").
var commands = func() map[string]syntax {
	m := map[string]syntax{}
	for _, name := range []string{"AUTH", "HELLO", "PING", "ECHO", "SELECT", "SWAPDB", "INFO", "EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "FCALL", "FCALL_RO", "MIGRATE", "WAIT", "WAITAOF", "REPLICAOF", "SLAVEOF",
		"FAILOVER", "PSYNC", "REPLCONF", "SHUTDOWN", "FLUSHDB", "FLUSHALL", "BGSAVE", "XREAD", "XREADGROUP", "SCAN"} {
		m[name] = syntax{}
	}
	for _, name := range []string{"ACL", "CLIENT", "CLUSTER", "COMMAND", "CONFIG", "DEBUG", "FUNCTION", "LATENCY", "MODULE", "PUBSUB", "SCRIPT", "SENTINEL", "SLOWLOG"} {
		m[name] = syntax{subcommand: true}
	}
	for _, name := range []string{"MEMORY", "OBJECT", "XGROUP", "XINFO", "BITOP"} {
		m[name] = syntax{subcommand: true, key: 2}
	}
	return m
}()

// words are what is kept of a request.
type words struct {
	index                  int // of the next word
	command, key, password []byte
	user                   []byte
	syntax                 syntax
	// credentials counts the words to come of those behind AUTH: 2 a user and a password, 1 a password.
	credentials int
}

func (w *words) reset() words {
	return words{command: w.command[:0], key: w.key[:0], password: w.password[:0], user: w.user[:0]}
}

// add takes the next word of a request of so many words, and reports whether it is a secret.
func (w *words) add(b []byte, count int64) (secret bool) {
	i := w.index
	w.index++
	var upper [16]byte
	if i == 0 {
		w.command = append(w.command, b...)
		var known bool
		if w.syntax, known = commands[string(common.Upper(&upper, b))]; !known {
			w.syntax.key = 1
		}
		if w.is("AUTH") {
			w.credentials = int(min(count, 3)) - 1
		}
		return false
	}
	switch w.credentials {
	case 1:
		secret = true
	case 2:
		w.user = append(w.user, b...)
	}
	w.credentials = max(0, w.credentials-1)
	switch {
	case i == 1 && w.syntax.subcommand:
		w.command = append(append(w.command, ' '), b...)
	case i == w.syntax.key:
		w.key = append(w.key, b...)
	case w.is("HELLO") && bytes.EqualFold(b, []byte("AUTH")), w.is("MIGRATE") && bytes.EqualFold(b, []byte("AUTH2")):
		w.credentials = 2
	case w.is("MIGRATE") && bytes.EqualFold(b, []byte("AUTH")):
		w.credentials = 1
	case w.is("CONFIG SET"):
		if i%2 == 0 && (hasEnd(b, "pass") || hasEnd(b, "auth")) { // requirepass, masterauth, tls-key-file-pass
			w.credentials = 1
		}
	case w.is("ACL SETUSER") && len(b) > 0 && bytes.IndexByte([]byte("><#!"), b[0]) >= 0:
		secret = true
	}
	if secret {
		w.password = append(w.password[:0], b...)
	}
	return secret
}

func (w *words) is(command string) bool { return bytes.EqualFold(w.command, []byte(command)) }

func hasEnd(b []byte, end string) bool {
	return len(b) >= len(end) && bytes.EqualFold(b[len(b)-len(end):], []byte(end))
}

func (w *words) write(p *dissect.Packet) {
	if len(w.command) > 0 {
		p.Out.Text(fCommand, w.command)
	}
	if len(w.key) > 0 {
		p.Out.Text(fKey, w.key)
	}
	if len(w.password) > 0 {
		p.Out.Text(fPassword, w.password)
	}
	common.User(p.Out, w.user)
}
