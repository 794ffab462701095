// SPDX-License-Identifier: Apache-2.0

// Package tshark is the second dissector: it has packets dissected by processes of tshark, Wireshark's dissector without a window, and
// gives back what tshark says of each.
//
// A process is fed on its standard input with a capture (pcap, or pcapng where the source has interfaces) and writes `-T ek`, a line of JSON
// a packet, to its standard output. It knows names of nobody, has an empty configuration folder of its own, and is not root. What becomes of
// a process, a crash, a kill, a hang, its growth, costs no packet: what it was given and has not answered goes to the next one.
package tshark

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Options of a Program.
type Options struct {
	// Path is that of the executable; a name alone is looked for in $PATH.
	Path string
	// Processes is how many of them share the packets of a source.
	Processes int
	// Timeout is how long a process may take for one packet, its start included.
	Timeout time.Duration
	// MaxPackets and MaxMemory (bytes of resident memory; Linux) are what a process is replaced at, because what it remembers of the packets
	// that it has seen only grows; 0 bounds nothing.
	MaxPackets uint64
	MaxMemory  int64
	// User is whom processes run as where this one is root; empty changes nothing.
	User string
	// Quarantine is the capture file that packets go to which tshark does not survive.
	Quarantine string
	// MaxDocument bounds what is kept of a packet, bytes.
	MaxDocument int
	// Protocols are those, by the names of Wireshark's filters, whose fields an answer has for an index with types, too: Packet.Typed.
	Protocols []string
	// Ahead has a process started while the program is checked, for the first packet: to start takes as long as to check.
	Ahead bool
	// Say is told of what a user may want to know, such as a process that was replaced.
	Say func(string)
}

// Program is an installed tshark that was found fit for use.
type Program struct {
	opt     Options
	path    string
	version string
	home    string // the empty configuration folder
	as      identity
	stats   counters
	aside   quarantine
	typed   *typed // nil without Options.Protocols
	ahead   atomic.Pointer[process]
}

// Stats counts what the processes of a Program were given. Counters only grow.
type Stats struct {
	Packets     uint64 // dissected
	Skipped     uint64 // that tshark said nothing of
	Quarantined uint64 // that no process survived
	Restarts    uint64 // of processes that ended by themselves or were killed
	Timeouts    uint64 // of the restarts: processes that took too long for a packet
	Resets      uint64 // of processes that had grown, or had seen enough packets
}

type counters struct {
	packets, skipped, quarantined, restarts, timeouts, resets atomic.Uint64
}

// minMajor is the oldest major version whose `-T ek` is known: the names of its fields, and how it writes their values.
const minMajor = 4

// versionPattern is the beginning of what `tshark --version` prints.
var versionPattern = regexp.MustCompile(`^TShark \(Wireshark\) ((\d+)\.\d+(?:\.\d+)?)`)

// findTime is how long tshark may take to say its version.
const findTime = 30 * time.Second

// Find looks for tshark and runs it for its version, and for the fields of protocols. Close gives back what it takes.
func Find(ctx context.Context, opt Options) (*Program, error) {
	p := &Program{opt: opt}
	var err error
	if p.path, err = exec.LookPath(opt.Path); err != nil {
		return nil, fmt.Errorf("tshark: %w: install it (apt-get install tshark, or Wireshark), or set espbeat.dissector.tshark.path", err)
	}
	if p.as, err = identify(opt.User); err != nil {
		return nil, err
	}
	if p.home, err = os.MkdirTemp("", "espbeat-tshark-"); err != nil {
		return nil, fmt.Errorf("make an empty configuration folder for tshark: %w", err)
	}
	if err = os.Chmod(p.home, 0o755); err != nil { //nolint:gosec // empty, and another user's to read
		err = fmt.Errorf("open the configuration folder of tshark to its user: %w", err)
	}
	if err == nil && opt.Ahead {
		first, _ := p.start() // what it fails for, the check says better
		p.ahead.Store(first)
	}
	if err == nil {
		err = p.check(ctx)
	}
	if err == nil {
		err = p.choose(ctx)
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	p.aside = quarantine{path: opt.Quarantine, say: opt.Say}
	return p, nil
}

// check asks for the version.
func (p *Program) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	cmd := p.command(ctx, "--version")
	var errs tail
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("%s --version: %w%s: it has to run%s", p.path, err, errs.said(), p.as.words())
	}
	first, _, _ := strings.Cut(string(out), "\n")
	m := versionPattern.FindStringSubmatch(first)
	if m == nil {
		return fmt.Errorf("%s: %q is not what tshark prints for --version: set espbeat.dissector.tshark.path to a tshark", p.path, first)
	}
	p.version = m[1]
	if major, err := strconv.Atoi(m[2]); err != nil || major < minMajor {
		return fmt.Errorf("%s is tshark %s, and %d.0 or newer is needed: install a newer one, or set espbeat.dissector.tshark.path to it", p.path, p.version, minMajor)
	}
	return nil
}

// Version is tshark's, such as 4.0.17.
func (p *Program) Version() string { return p.version }

// String names the program, for people.
func (p *Program) String() string { return "tshark " + p.version + " (" + p.path + ")" }

// Stats returns the counters. Any goroutine may call it.
func (p *Program) Stats() Stats {
	c := &p.stats
	return Stats{
		Packets: c.packets.Load(), Skipped: c.skipped.Load(), Quarantined: c.quarantined.Load(),
		Restarts: c.restarts.Load(), Timeouts: c.timeouts.Load(), Resets: c.resets.Load(),
	}
}

// Close removes what Find made, after all Dissectors are closed.
func (p *Program) Close() {
	p.discard()
	_ = os.RemoveAll(p.home)
	p.aside.close()
}

// arguments make tshark dissect its standard input: no name is resolved, each packet is written as soon as it is dissected.
var arguments = []string{"-n", "-l", "-T", "ek", "-r", "-"}

// command is tshark with an environment that has nothing of the user's.
func (p *Program) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.path, args...) //nolint:gosec // the path is the user's own setting
	cmd.Dir = "/"
	cmd.Env = []string{"HOME=" + p.home, "WIRESHARK_CONFIG_DIR=" + p.home, "XDG_CONFIG_HOME=" + p.home, "LC_ALL=C.UTF-8", "TZ=UTC"}
	for _, name := range []string{"PATH", "LD_LIBRARY_PATH", "SystemRoot"} {
		if v, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	cmd.WaitDelay = waitDelay
	p.as.apply(cmd)
	return cmd
}

// waitDelay is how long output of a process that is gone may be held open by others.
const waitDelay = 5 * time.Second

// say tells the user.
func (p *Program) say(format string, a ...any) {
	if p.opt.Say != nil {
		p.opt.Say(fmt.Sprintf(format, a...))
	}
}

// errClosed is what is returned after Close.
var errClosed = errors.New("tshark: closed")
