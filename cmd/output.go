// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"errors"
	"fmt"
	"strings"

	conf "github.com/elastic/elastic-agent-libs/config"
)

const esOutput = "output.elasticsearch"

// setOutput applies --node, --index and --chunk, and names the output, "" for none.
func setOutput(f *flags, c, over *conf.C) (string, error) {
	if len(f.nodes) > 0 {
		if err := replaceOutput(f, c, over); err != nil {
			return "", err
		}
	}
	name := ""
	for _, cc := range []*conf.C{c, over} {
		for _, out := range outputs(cc) {
			if name != "" && name != out {
				return "", fmt.Errorf("output.%s and output.%s are both set: leave one, or give --node", name, out)
			}
			name = out
		}
	}
	if name == "" {
		return "", nil
	}
	if f.index != "" {
		if name != "elasticsearch" {
			return "", fmt.Errorf("--index %s: the configured output is %s, which has no index: give --node", f.index, name)
		}
		if err := setIndex(f.index, c); err != nil {
			return "", fmt.Errorf("--index %s: %w", f.index, err)
		}
	}
	if f.chunk > 0 {
		if err := setChunk(f.chunk, f.finite(), name, c); err != nil {
			return "", fmt.Errorf("--chunk %d: %w", f.chunk, err)
		}
	}
	return name, nil
}

// replaceOutput makes the --node servers the output. Of an output.elasticsearch in
// the files stays what is not the address: credentials, TLS, proxy, index, tuning.
func replaceOutput(f *flags, c, over *conf.C) error {
	if isSet(esOutput+".hosts", over) {
		return errors.New("--node and -E output.elasticsearch.hosts both name the servers: give one of them")
	}
	for _, out := range outputs(over) {
		if out != "elasticsearch" {
			return fmt.Errorf("--node and -E output.%s are two outputs: give one of them", out)
		}
	}
	hosts, err := f.hosts()
	if err != nil {
		return err
	}
	if c.HasField("output") {
		all, err := c.Child("output", -1)
		if err != nil {
			return fmt.Errorf("output: not a section of outputs: %w", err)
		}
		for _, name := range all.GetFields() {
			if name != "elasticsearch" {
				if err := remove(c, "output."+name); err != nil {
					return err
				}
			}
		}
	}
	for _, key := range []string{esOutput + ".hosts", esOutput + ".enabled", esOutput + ".protocol", esOutput + ".path",
		"cloud.id", "cloud.auth"} {
		if err := remove(c, key); err != nil {
			return err
		}
	}
	return c.Merge(settings{esOutput: settings{"hosts": hosts}})
}

// setIndex writes to one index; the template's name and pattern follow from it.
func setIndex(index string, c *conf.C) error {
	for _, key := range []string{esOutput + ".indices", "setup.template.name", "setup.template.pattern"} {
		if err := remove(c, key); err != nil {
			return err
		}
	}
	return c.SetString(esOutput+".index", -1, index)
}

// setChunk sets the bulk size, and the queue with it: a queue that flushes less
// than a chunk never fills one.
func setChunk(chunk int, finite bool, output string, c *conf.C) error {
	out := "output." + output
	for _, key := range []string{"queue", out + ".queue", out + ".preset"} {
		if err := remove(c, key); err != nil {
			return err
		}
	}
	set := settings{"queue.mem": queueFor(chunk, finite)}
	switch output {
	case "elasticsearch", "logstash", "kafka", "redis":
		set[out+".bulk_max_size"] = chunk
	}
	return c.Merge(set)
}

// remove takes a setting out of c, if it is there.
func remove(c *conf.C, key string) error {
	if ok, _ := c.Has(key, -1); !ok {
		return nil
	}
	if _, err := c.Remove(key, -1); err != nil {
		return fmt.Errorf("replace %s: %w", strings.TrimSpace(key), err)
	}
	return nil
}
