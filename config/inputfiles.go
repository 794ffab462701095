// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"time"

	conf "github.com/elastic/elastic-agent-libs/config"
)

// InputFiles are files with more inputs, in Filebeat's terms: each holds a list as that under inputs.
type InputFiles struct {
	Enabled bool `config:"enabled"`
	// Path is a glob; a relative one is below path.config.
	Path   string `config:"path"`
	Reload Reload `config:"reload"`
}

// Reload says whether files are read once, or whenever they change.
type Reload struct {
	Enabled bool `config:"enabled"`
	// Period is the time between two looks at the files.
	Period time.Duration `config:"period"`
}

// InitDefaults is called by go-ucfg where the section is there.
func (f *InputFiles) InitDefaults() {
	*f = InputFiles{Enabled: true, Path: "inputs.d/*.yml", Reload: Reload{Period: 10 * time.Second}}
}

// In is the glob as it stands in path.config.
func (f *InputFiles) In(dir string) string {
	if filepath.IsAbs(f.Path) {
		return f.Path
	}
	return filepath.Join(dir, f.Path)
}

// minPeriod: the times of files tell changes by the second.
const minPeriod = time.Second

func (f *InputFiles) check() error {
	const key = "espbeat.config.inputs"
	switch {
	case f == nil:
		return nil
	case f.Path == "":
		return fault(key+".path", quoted(f.Path), "say which files hold inputs, such as inputs.d/*.yml")
	case f.Reload.Period < minPeriod:
		return fault(key+".reload.period", f.Reload.Period, fmt.Sprintf("use a duration of %s or more", minPeriod))
	}
	if _, err := filepath.Match(f.Path, ""); err != nil {
		return fault(key+".path", quoted(f.Path), "no pattern, use a glob such as inputs.d/*.yml")
	}
	return nil
}

// InputFiles are the files with more inputs, nil without any.
func (c *Config) InputFiles() *InputFiles {
	if f := c.Config.Inputs; f != nil && f.Enabled {
		return f
	}
	return nil
}

// Reloads tells whether inputs come and go while espbeat runs.
func (c *Config) Reloads() bool {
	f := c.InputFiles()
	return f != nil && f.Reload.Enabled
}

// IDs are those of inputs, with the keys where they stand.
type IDs map[string]string

func (ids IDs) add(id, key string) error {
	if was, taken := ids[id]; taken {
		return fault(key+".id", quoted(id), "already the id of "+was+", give each input its own")
	}
	ids[id] = key
	return nil
}

// IDs are those of the enabled inputs.
func (c *Config) IDs() IDs {
	ids := IDs{}
	for i, in := range c.Inputs {
		if in.Enabled {
			ids[in.ID] = inputKey(i)
		}
	}
	return ids
}

func inputKey(i int) string { return fmt.Sprintf("espbeat.inputs.%d", i) }

// ParseInputs reads and validates the list of inputs in a file. An input without an id gets one of the file's name and its place, also in the
// list itself. The ids of the enabled ones are added to ids, when nothing is wrong.
func (c *Config) ParseInputs(list []*conf.C, file string, ids IDs) ([]Input, error) {
	var all []Input
	now := maps.Clone(ids)
	for i, raw := range list {
		key := fmt.Sprintf("%s: %d", file, i)
		if !raw.HasField("id") {
			name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
			if err := raw.SetString("id", -1, fmt.Sprintf("%s-%d", name, i)); err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
		}
		in, err := c.ParseInput(raw, key)
		if err != nil {
			return nil, err
		}
		if in.Enabled {
			if err := now.add(in.ID, key); err != nil {
				return nil, err
			}
		}
		all = append(all, in)
	}
	maps.Copy(ids, now)
	return all, nil
}

// ParseInput reads and validates one input; errors name its settings below key.
func (c *Config) ParseInput(raw *conf.C, key string) (Input, error) {
	in := Input{}
	if err := unknown(raw, in, key); err != nil {
		return in, err
	}
	in.InitDefaults()
	if err := raw.Unpack(&in); err != nil {
		return in, fmt.Errorf("%s: %w", key, err)
	}
	if !in.Enabled {
		return in, nil
	}
	return in, c.checkInput(&in, key)
}
