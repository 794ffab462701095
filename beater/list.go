// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/config"
)

// List prints the network interfaces.
func List(w io.Writer) error {
	all, err := capture.ListInterfaces()
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "#\tname\tstate\taddresses\tdescription")
	for _, i := range all {
		state := "down"
		switch {
		case i.Running:
			state = "up"
		case i.Up:
			state = "up, no link"
		}
		var addrs []string
		for _, a := range i.Addresses {
			addrs = append(addrs, a.Addr().String())
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\n", i.Number, i.Name, state, strings.Join(addrs, " "), i.Description)
	}
	return t.Flush()
}

// Check finds what is wrong with inputs before anything runs: filters that do not compile.
func Check(cfg config.Config) error {
	if _, err := tsharkFilter(&cfg); err != nil {
		return err
	}
	for _, in := range cfg.Enabled() {
		if _, err := checkFilters(in); err != nil {
			return err
		}
	}
	return nil
}

// checkFilters also returns the setting that is wrong.
func checkFilters(in config.Input) (setting string, err error) {
	if !in.Enabled {
		return "", nil
	}
	if in.Filter != "" {
		if _, err := capture.NewFilterSet(in.Filter); err != nil {
			return "filter", err
		}
	}
	_, err = displayFilter(in)
	return "display_filter", err
}
