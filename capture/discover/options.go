// SPDX-License-Identifier: Apache-2.0

package discover

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/espbeat/espbeat/capture"
)

const (
	defaultPoll          = 10 * time.Second
	defaultCloseInactive = 5 * time.Minute
)

// Options of a Finder. What has a counterpart in Filebeat's filestream input has its
// name and meaning.
type Options struct {
	// Paths are files, directories (with those below them, links to directories aside)
	// and globs with ** for any directories. Named pipes, "-" (standard input) and
	// tcp://host:port (pcap-over-IP) are streams: they come once, after the files.
	Paths []string
	// Exclude are globs; a file is left out when its path or its base name matches one.
	Exclude []string
	// IgnoreOlder leaves out files that were last modified longer ago; 0 leaves out none.
	IgnoreOlder time.Duration
	// Watch goes on after the files that are there, for ever, and follows their growth.
	Watch bool
	// Poll is the time between two looks at the paths (10 s if 0). Events of the file
	// system only make them earlier: network file systems have none.
	Poll time.Duration
	// CloseInactive ends a followed file that has not grown for so long (5 minutes if 0;
	// never if negative). A new file that is too small to have its final identity is
	// yielded when it has a packet and has not grown for so long (never means 5 minutes here).
	CloseInactive time.Duration
	// CloseRemoved and CloseRenamed end a followed file that was removed or has got
	// another name, when it has not grown for Poll.
	CloseRemoved, CloseRenamed bool
	// CloseEOF ends a followed file as soon as its end is reached. What is appended
	// later is found as a file that has grown.
	CloseEOF bool
	// Skipped, if set, is called with the reason for everything that is left out other
	// than by Exclude; when watching, once until it changes.
	Skipped func(path string, err error)
}

// complete checks o and fills in its defaults.
func (o *Options) complete() error {
	if len(o.Paths) == 0 {
		return errors.New("find captures: there are no paths; give files, directories or globs")
	}
	for name, d := range map[string]time.Duration{"ignore_older": o.IgnoreOlder, "poll": o.Poll} {
		if d < 0 {
			return fmt.Errorf("find captures: %s is %v; give a duration of 0 or more", name, d)
		}
	}
	for _, p := range o.Paths {
		if p == "" {
			return errors.New("find captures: one of the paths is empty; remove it")
		}
	}
	for _, p := range append(append([]string(nil), o.Paths...), o.Exclude...) {
		if !isStream(p) && !doublestar.ValidatePathPattern(p) {
			return fmt.Errorf("find captures: %q is no glob; check its brackets and braces", p)
		}
	}
	if o.Poll == 0 {
		o.Poll = defaultPoll
	}
	if o.CloseInactive == 0 {
		o.CloseInactive = defaultCloseInactive
	}
	if o.Skipped == nil {
		o.Skipped = func(string, error) {}
	}
	return nil
}

// small is how long a file must have been idle that is too small to have its final
// identity.
func (o *Options) small() time.Duration {
	if o.CloseInactive < 0 {
		return defaultCloseInactive
	}
	return o.CloseInactive
}

// excluded tells whether a pattern of Exclude names path.
func (o *Options) excluded(path string) bool {
	for _, p := range o.Exclude {
		if doublestar.PathMatchUnvalidated(p, path) || doublestar.PathMatchUnvalidated(p, filepath.Base(path)) {
			return true
		}
	}
	return false
}

// isStream tells whether path names no file.
func isStream(path string) bool { return path == "-" || capture.IsAddress(path) }

// isGlob tells whether path can name other files than the one that is called so.
func isGlob(path string) bool { return strings.ContainsAny(path, `*?[{`) }
