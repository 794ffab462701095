// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// flags are the capture flags as given. They never meet libbeat: configure turns
// them into configuration.
type flags struct {
	files, nics, nodes []string
	dir, bpf, display  string
	index              string
	format, color      string
	reimport           string
	count              uint64
	chunk              int
	timeout            time.Duration
	list               bool
}

// summary is the format of one readable line a packet, for standard output only.
const summary = "summary"

func (f *flags) register(fs *pflag.FlagSet) {
	f.registerInputs(fs)
	fs.Uint64Var(&f.count, "count", 0, "Stop after `n` packets (0: all)")
	fs.StringArrayVar(&f.nodes, "node", nil, "Elasticsearch `URL` to index into; host:port alone is http (repeatable)")
	fs.StringVar(&f.index, "index", "", "Index or data stream `name`")
	fs.IntVar(&f.chunk, "chunk", 0, "Documents in a bulk request (default 1600)")
	fs.StringVar(&f.reimport, "reimport", "", "Read files again that were read before: `tag` makes other document ids of them")
	fs.StringVar(&f.format, "format", "", "summary (standard output only), ecs, lite or ek (what tshark says)")
	fs.StringVar(&f.color, "color", "auto", "Coloured lines: auto, always or never")
	fs.DurationVar(&f.timeout, "timeout", 0, "Give up when the output accepts nothing for so long (default: never)")
	fs.BoolVar(&f.list, "list", false, "List the network interfaces and exit")
}

// registerInputs are those that say what is read.
func (f *flags) registerInputs(fs *pflag.FlagSet) {
	fs.SortFlags = false
	fs.StringArrayVar(&f.files, "file", nil, "Capture `file` to read, - for standard input (repeatable)")
	fs.StringVar(&f.dir, "dir", "", "Read all captures under this `directory`, in order of time")
	fs.StringArrayVar(&f.nics, "nic", nil, "Network `interface`, or glob of several, to capture on (repeatable)")
	fs.StringVar(&f.bpf, "bpf", "", "Only packets that match this BPF `expression`, files included")
	fs.StringVarP(&f.display, "display-filter", "Y", "", "Only packets that match this Wireshark display `filter`")
}

// capture tells whether the flags themselves say what to read.
func (f *flags) capture() bool { return len(f.files) > 0 || len(f.nics) > 0 || f.dir != "" }

// finite tells whether the capture flags name files only.
func (f *flags) finite() bool { return f.capture() && len(f.nics) == 0 }

// maxChunk keeps a bulk request of documents at their largest (64 KiB) under
// Elasticsearch's http.max_content_length many times over what is usual.
const maxChunk = 100_000

// check finds what cannot be meant, before anything is read or opened.
func (f *flags) check() error {
	if f.format != "" && !slices.Contains([]string{summary, "ecs", "lite", "ek"}, f.format) {
		return fmt.Errorf("--format %q: no such format, use ecs, lite or ek (or summary on standard output)", f.format)
	}
	if !slices.Contains([]string{"auto", "always", "never"}, f.color) {
		return fmt.Errorf("--color %q: use auto, always or never", f.color)
	}
	if f.chunk < 0 || f.chunk > maxChunk {
		return fmt.Errorf("--chunk %d: use 1 to %d documents", f.chunk, maxChunk)
	}
	if f.timeout < 0 {
		return fmt.Errorf("--timeout %s: use a duration such as 30s", f.timeout)
	}
	if f.index != "" && (f.index != strings.ToLower(f.index) || strings.ContainsAny(f.index, " \\/*?\"<>|,#:") && !strings.Contains(f.index, "%{")) {
		return fmt.Errorf("--index %q: not an index name; without spaces or any of \\ / * ? \" < > | , # : and in lower case it is one", f.index)
	}
	for _, name := range f.nics {
		if name == "" {
			return fmt.Errorf("--nic: the name is empty, espbeat --list shows the interfaces")
		}
	}
	for _, name := range f.files {
		if name == "" {
			return fmt.Errorf("--file: the name is empty, give a capture file or - for standard input")
		}
	}
	_, err := f.hosts()
	return err
}

// hosts are the --node values as URLs.
func (f *flags) hosts() ([]string, error) {
	var hosts []string
	for _, node := range f.nodes {
		full := node
		if !strings.Contains(node, "://") {
			full = "http://" + node
		}
		u, err := url.Parse(full)
		if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return nil, fmt.Errorf("--node %q: not an address, use host:port or http(s)://host:port", redactUser(node))
		}
		if u.Port() == "" {
			u.Host += ":9200"
		}
		hosts = append(hosts, u.String())
	}
	return hosts, nil
}

// redactUser takes a password in a URL out of what is printed.
func redactUser(s string) string {
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		return "…" + s[at:]
	}
	return s
}
