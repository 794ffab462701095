// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/cfgfile"
	"github.com/elastic/beats/v7/libbeat/common"
	"github.com/elastic/beats/v7/libbeat/common/reload"
	conf "github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/logp"

	"github.com/espbeat/espbeat/config"
)

// inputFiles is where the files of config.inputs are, a glob.
func inputFiles(b *beat.Beat, files *config.InputFiles) string { return files.In(b.Paths.Config) }

// LoadInputs adds the inputs that files hold to those of the configuration, for a run that reads the files once.
func LoadInputs(cfg *config.Config, path string, log *logp.Logger) error {
	found, _, err := cfgfile.NewGlobWatcher(path, log).Scan()
	if err != nil {
		return fmt.Errorf("find the files of espbeat.config.inputs: %w", err)
	}
	ids := cfg.IDs()
	for _, file := range found {
		list, err := readInputs(file)
		if err != nil {
			return err
		}
		more, err := parseInputs(cfg, list, file, ids)
		if err != nil {
			return err
		}
		cfg.Inputs = append(cfg.Inputs, more...)
	}
	return nil
}

// readInputs reads the list that a file holds.
func readInputs(file string) ([]*conf.C, error) {
	raw, err := common.LoadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if keys := raw.GetFields(); len(keys) > 0 { // Unpack makes an empty list of them
		return nil, fmt.Errorf("%s: %s: no list of inputs, begin each with - as below espbeat.inputs", file, keys[0])
	}
	var list []*conf.C
	if err := raw.Unpack(&list); err != nil {
		return nil, fmt.Errorf("%s: no list of inputs: %w", file, err)
	}
	return list, nil
}

// parseInputs reads and validates the inputs of a file, their filters too. It adds their ids to ids.
func parseInputs(cfg *config.Config, list []*conf.C, file string, ids config.IDs) ([]config.Input, error) {
	all, err := cfg.ParseInputs(list, file, ids)
	if err != nil {
		return nil, err
	}
	for i, in := range all {
		if setting, err := checkFilters(in); err != nil {
			return nil, fmt.Errorf("%s: %d.%s: %w", file, i, setting, err)
		}
	}
	return all, nil
}

// reloader starts and stops inputs as the files of config.inputs change. libbeat's own Reloader knows of a configuration neither the file nor
// the place, and stops the inputs of a file that cannot be read: a slip of the pen would cost packets. Here its inputs go on as they are.
type reloader struct {
	inputs *inputs
	path   string // a glob
	period time.Duration
	list   *cfgfile.RunnerList
	// last is what each file said when it last was right.
	last map[string][]*conf.C
	// where the inputs stand, by id.
	where config.IDs
	told  map[string]bool // what is wrong, and was said
	log   *logp.Logger
}

func newReloader(s *inputs, path string, period time.Duration) *reloader {
	r := &reloader{inputs: s, path: path, period: period, log: s.beater.log.Named("reload")}
	// What it logs about errors is what it returns, and that is said here, once.
	r.list = cfgfile.NewRunnerList("inputs", r, nil, logp.NewNopLogger())
	return r
}

// run looks at the files until ctx ends. The inputs that it started end with the run.
func (r *reloader) run(ctx context.Context) {
	watcher := cfgfile.NewGlobWatcher(r.path, r.log)
	for again := true; ; {
		files, changed, err := watcher.Scan()
		if err != nil {
			r.log.Errorf("find the files of espbeat.config.inputs: %v", err)
		} else if changed || again {
			again = r.load(files)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(r.period):
		}
	}
}

// load makes the inputs those of the files, and tells whether to try again although no file changes.
func (r *reloader) load(files []string) (again bool) {
	last, told := map[string][]*conf.C{}, map[string]bool{}
	say := func(err error) {
		if told[err.Error()] = true; !r.told[err.Error()] {
			r.inputs.beater.complain(err)
		}
	}
	r.where = r.inputs.beater.cfg.IDs()
	// Of two files with one id, the one that was there first has it.
	slices.SortStableFunc(files, func(a, b string) int { return cmp.Compare(len(r.last[b]), 0) - cmp.Compare(len(r.last[a]), 0) })
	var all []*reload.ConfigWithMeta
	for _, file := range files {
		list, err := r.read(file)
		if err != nil {
			say(err)
			if list, err = r.last[file], r.check(file, r.last[file]); err != nil {
				continue
			}
		}
		last[file] = list
		for _, c := range list {
			if c.Enabled() {
				all = append(all, &reload.ConfigWithMeta{Config: c})
			}
		}
	}
	for _, err := range unjoined(r.list.Reload(all)) {
		again = true
		if !errors.As(err, new(*common.ErrInputNotFinished)) {
			say(cmp.Or(errors.Unwrap(err), err)) // without the words that libbeat puts before it
		}
	}
	r.last, r.told = last, told
	return again
}

// read reads what a file says, if it is right.
func (r *reloader) read(file string) ([]*conf.C, error) {
	list, err := readInputs(file)
	if err != nil {
		return nil, err
	}
	return list, r.check(file, list)
}

// check validates the inputs of a file, and notes where they stand.
func (r *reloader) check(file string, list []*conf.C) error {
	ids := maps.Clone(r.where)
	_, err := parseInputs(&r.inputs.beater.cfg, list, file, ids)
	if err == nil {
		r.where = ids
	}
	return err
}

// Create is part of cfgfile.RunnerFactory.
func (r *reloader) Create(_ beat.PipelineConnector, c *conf.C) (cfgfile.Runner, error) {
	in, err := r.parse(c)
	if err != nil {
		return nil, err
	}
	run, err := r.inputs.create(job{Input: in})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.where[in.ID], err)
	}
	return run, nil
}

// CheckConfig is part of cfgfile.RunnerFactory.
func (r *reloader) CheckConfig(c *conf.C) error {
	in, err := r.parse(c)
	if err != nil {
		return err
	}
	_, err = checkFilters(in)
	return err
}

func (r *reloader) parse(c *conf.C) (config.Input, error) {
	id, err := c.String("id", -1)
	if err != nil {
		return config.Input{}, fmt.Errorf("an input of %s: %w", r.path, err)
	}
	return r.inputs.beater.cfg.ParseInput(c, r.where[id])
}

// unjoined are the errors that errors.Join has joined.
func unjoined(err error) []error {
	if all, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // of errors.Join alone
		return all.Unwrap()
	}
	if err != nil {
		return []error{err}
	}
	return nil
}

var _ cfgfile.RunnerFactory = (*reloader)(nil)
