// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	conf "github.com/elastic/elastic-agent-libs/config"

	"github.com/espbeat/espbeat/config"
)

//go:embed default.yml
var defaultYML []byte

// plan is what a run is going to do.
type plan struct {
	// print: packets go to standard output, without libbeat; else to the configured output.
	print bool
	// format is summary, ecs, lite or ek.
	format string
	// libbeat is the whole configuration but for -E, which libbeat lays over it.
	libbeat *conf.C
	// espbeat is the part that is ours, with -E, validated.
	espbeat config.Config
	// interactive: capture flags said what to read, somebody looks at stderr.
	interactive bool
	// privateData: the run keeps its state in a directory of its own that goes when it ends.
	privateData bool
	// files are the configuration files that were read.
	files []string
}

var errNothingToRead = errors.New("nothing to read: give --file FILE, --dir DIRECTORY or --nic INTERFACE, " +
	"or -c with a configuration that has espbeat.inputs (--help shows all)")

// configure is the one place where flags, files and -E meet.
//
// files is what -c named, read by libbeat's rules, or nil; over is what -E set.
// libbeat merges lists by index, so that hosts [n] over [a, b] would give [n, b], and
// refuses two outputs: therefore a flag replaces what it stands for as a whole.
func configure(f *flags, files, over *conf.C) (*plan, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	p := &plan{interactive: f.capture()}
	c := conf.NewConfig()
	if files != nil {
		c = files
	}
	if err := setInputs(f, c); err != nil {
		return nil, err
	}
	output, err := setOutput(f, c, over)
	if err != nil {
		return nil, err
	}
	p.print = output == "" && p.interactive
	if f.format != "" && f.format != summary {
		if err := c.SetString("espbeat.format", -1, f.format); err != nil {
			return nil, fmt.Errorf("--format: %w", err)
		}
	}
	if f.timeout > 0 {
		if err := c.SetString("espbeat.publish.timeout", -1, f.timeout.String()); err != nil {
			return nil, fmt.Errorf("--timeout: %w", err)
		}
	}
	if p.espbeat, err = parseEspbeat(c, over); err != nil {
		return nil, err
	}
	if len(p.espbeat.Enabled()) == 0 && p.espbeat.InputFiles() == nil && !managed(c, over) {
		return nil, errNothingToRead
	}
	if err := p.setFormat(f); err != nil {
		return nil, err
	}
	p.privateData = p.interactive && !isSet("path.data", c, over)
	p.libbeat, err = underlay(c, over, p.interactive, p.espbeat.Finite())
	return p, err
}

// setInputs makes inputs of the capture flags; they replace those of the files.
func setInputs(f *flags, c *conf.C) error {
	if f.reimport != "" && len(f.files) == 0 && f.dir == "" {
		return errors.New("--reimport belongs to --file or --dir: in a configuration set reimport of the input")
	}
	if !f.capture() {
		if f.bpf != "" || f.display != "" || f.count > 0 {
			return errors.New("--bpf, --display-filter and --count belong to --file, --dir or --nic: in a configuration set filter, display_filter and count of the input")
		}
		return nil
	}
	var inputs []settings
	common := func(in settings) settings {
		if f.bpf != "" {
			in["filter"] = f.bpf
		}
		if f.display != "" {
			in["display_filter"] = f.display
		}
		if f.count > 0 {
			in["count"] = f.count
		}
		return in
	}
	paths := slices.Clone(f.files)
	if f.dir != "" {
		paths = append(paths, f.dir)
	}
	if len(paths) > 0 {
		in := common(settings{"type": config.TypeFile, "id": "file", "paths": paths})
		if f.reimport != "" {
			in["reimport"] = f.reimport
		}
		inputs = append(inputs, in)
	}
	if len(f.nics) > 0 {
		inputs = append(inputs, common(settings{"type": config.TypeLive, "id": "live", "interfaces": f.nics}))
	}
	for _, key := range []string{"espbeat.inputs", "espbeat.config"} {
		if _, err := c.Remove(key, -1); err != nil {
			return fmt.Errorf("replace %s by what the flags say: %w", key, err)
		}
	}
	return c.Merge(settings{"espbeat": settings{"inputs": inputs}})
}

func parseEspbeat(c, over *conf.C) (config.Config, error) {
	all, err := conf.MergeConfigs(c, over)
	if err != nil {
		return config.Config{}, fmt.Errorf("merge the configuration with -E: %w", err)
	}
	if !all.HasField(Name) {
		return config.Parse(nil)
	}
	own, err := all.Child(Name, -1)
	if err != nil {
		return config.Config{}, fmt.Errorf("espbeat: not a section of settings: %w", err)
	}
	return config.Parse(own)
}

// setFormat settles what comes out: summary lines only on standard output.
func (p *plan) setFormat(f *flags) error {
	p.format = p.espbeat.Format
	if !p.print {
		if f.format == summary {
			return errors.New("--format summary is for standard output: leave out --node and the configured output, or use ecs, lite or ek")
		}
		return nil
	}
	if f.index != "" || f.chunk > 0 {
		return errors.New("--index and --chunk say how to index: give --node as well, or -c with an output")
	}
	if f.format == summary || f.format == "" && p.format == config.FormatECS {
		p.format = summary
	}
	return nil
}

// underlay lays c over the defaults.
func underlay(c, over *conf.C, interactive, finite bool) (*conf.C, error) {
	base := conf.NewConfig()
	if interactive {
		embedded, err := conf.NewConfigWithYAML(defaultYML, "the built-in configuration")
		if err != nil {
			return nil, fmt.Errorf("read the built-in configuration: %w", err)
		}
		base = embedded
	}
	if err := base.Merge(libbeatDefaults(c, over, finite)); err != nil {
		return nil, fmt.Errorf("apply the defaults: %w", err)
	}
	if err := base.Merge(c); err != nil {
		return nil, fmt.Errorf("lay the configuration over the defaults: %w", err)
	}
	return base, nil
}

// managed tells whether Elastic Agent gives the inputs.
func managed(cs ...*conf.C) bool {
	for _, c := range cs {
		if on, err := c.Bool("management.enabled", -1); err == nil && on {
			return true
		}
	}
	return false
}

func isSet(key string, cs ...*conf.C) bool {
	for _, c := range cs {
		if ok, _ := c.Has(key, -1); ok {
			return true
		}
	}
	return false
}

// outputs are the enabled outputs of c.
func outputs(c *conf.C) []string {
	if !c.HasField("output") {
		return nil
	}
	all, err := c.Child("output", -1)
	if err != nil {
		return nil
	}
	var on []string
	for _, name := range all.GetFields() {
		if off, err := all.Bool(name+".enabled", -1); err == nil && !off {
			continue
		}
		on = append(on, name)
	}
	slices.SortFunc(on, strings.Compare)
	return on
}
