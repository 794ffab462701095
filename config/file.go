// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

// File is what an input of type file may set.
type File struct {
	// Paths are capture files, directories of them, globs (** is any number of folders), tcp://host:port for pcap-over-IP, or "-" for
	// standard input.
	Paths []string `config:"paths"`
	// Exclude are globs: files whose path or name matches one are left out.
	Exclude []string `config:"exclude"`
	// IgnoreOlder leaves out files that were not modified for so long; 0 none.
	IgnoreOlder time.Duration `config:"ignore_older"`
	// Watch goes on for ever: new files are read, growing ones followed.
	Watch bool `config:"watch"`
	// ScanInterval is how often a watched path is looked at where the file system tells no changes.
	ScanInterval time.Duration `config:"scan_interval"`
	Close        Close         `config:"close"`
	// After is what becomes of a file when all of it is acknowledged: keep, move (to MoveTo) or delete.
	After  string `config:"after"`
	MoveTo string `config:"move_to"`
	// Reimport is part of the documents' ids: files that were read under another are read again.
	Reimport string `config:"reimport"`
	// Capture lets documents say where their packets are.
	Capture Capture `config:"capture"`
}

// Capture names a folder that capture files stay in, so that espbeat pcap finds their packets again.
type Capture struct {
	// ID is the folder's name in documents (packet.capture.id); empty says of no packet where it is.
	ID string `config:"id"`
	// Root is the folder; documents have the names of files relative to it.
	Root string `config:"root"`
}

// captureID is what an ID may be, which the command line has to tell from a path.
var captureID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func (c *Capture) check(key, format, after string) error {
	switch {
	case *c == Capture{}:
		return nil
	case !captureID.MatchString(c.ID):
		return fault(key+".id", quoted(c.ID), "no name of a capture folder, use up to 64 letters, digits and . _ -")
	case !filepath.IsAbs(c.Root):
		return fault(key+".root", quoted(c.Root), "use the whole path of a folder that the files stay in")
	case after != Keep:
		return fault(key+".id", quoted(c.ID), "documents would name files that after: "+after+" takes away, remove one of the two")
	case format != FormatECS:
		return fault(key+".id", quoted(c.ID), "format "+format+" has no field for it, use format ecs or remove it")
	}
	return nil
}

// Close says when a watched file is finished, in Filebeat's terms.
type Close struct {
	// Inactive: it did not grow for so long.
	Inactive time.Duration `config:"inactive"`
	// Removed, Renamed: it was, and there is nothing more to read.
	Removed bool `config:"removed"`
	Renamed bool `config:"renamed"`
	// EOF: at once, at its end.
	EOF bool `config:"eof"`
}

// What becomes of a file.
const (
	Keep   = "keep"
	Move   = "move"
	Delete = "delete"
)

func defaultFile() File {
	return File{ScanInterval: 10 * time.Second, After: Keep, Close: Close{Inactive: 5 * time.Minute, Removed: true}}
}

// Bounds of durations: shorter ones keep the machine busy with looking.
const (
	minScan     = 100 * time.Millisecond
	minInactive = 100 * time.Millisecond
)

func (f *File) check(key, format string, count uint64) error {
	switch {
	case len(f.Paths) == 0:
		return fault(key+".paths", "[]", "nothing to read, list capture files, directories, or - for standard input")
	case slices.Contains(f.Paths, ""):
		return fault(key+".paths", quoted(""), "an empty path, remove it")
	case f.IgnoreOlder < 0:
		return fault(key+".ignore_older", f.IgnoreOlder, "use a duration such as 48h, or 0 to read files of any age")
	case f.ScanInterval < minScan:
		return fault(key+".scan_interval", f.ScanInterval, fmt.Sprintf("use a duration of %s or more", minScan))
	case f.Close.Inactive < minInactive:
		return fault(key+".close.inactive", f.Close.Inactive, fmt.Sprintf("use a duration of %s or more", minInactive))
	case f.Watch && slices.Contains(f.Paths, "-"):
		return fault(key+".paths", quoted("-"), "standard input cannot be watched, give it an input of its own")
	case f.After != Keep && f.After != Move && f.After != Delete:
		return fault(key+".after", quoted(f.After), "no such action, use keep, move or delete")
	case f.After == Move && f.MoveTo == "":
		return fault(key+".move_to", quoted(""), "say which folder files are moved to")
	case f.After != Keep && count > 0:
		return fault(key+".after", quoted(f.After), "a file of which count leaves packets out is kept, remove one of the two")
	case f.After != Move && f.MoveTo != "":
		return fault(key+".move_to", quoted(f.MoveTo), "only with after: move")
	}
	for i, g := range f.Exclude {
		if _, err := path.Match(g, ""); err != nil || g == "" {
			return fault(fmt.Sprintf("%s.exclude.%d", key, i), quoted(g), "no pattern, use globs such as *.tmp or **/old/*")
		}
	}
	return f.Capture.check(key+".capture", format, f.After)
}
