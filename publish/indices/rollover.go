// SPDX-License-Identifier: Apache-2.0

package indices

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/elastic/beats/v7/libbeat/idxmgmt/lifecycle"
	"github.com/elastic/beats/v7/libbeat/template"
)

// stream makes the data stream, or has it use a template that changed: only new backing indices do.
func (h *handler) stream(c Client, cfg *template.TemplateConfig, changes []Change) error {
	name := h.index.Name
	if h.index.Plain || !fixed(name) {
		if affects(changes) && !h.running {
			h.say("  indices that are there keep what they have, only new ones get it")
		}
		return nil
	}
	there, err := fetch(c, "/_data_stream/"+name)
	if err != nil {
		return fmt.Errorf("look for data stream %s: %w", name, err)
	}
	if there == nil {
		if cfg.Name != name {
			return nil // the template is the user's, and so is what it is for
		}
		return h.create(c, name)
	}
	if err := h.streamLifecycle(c, name); err != nil {
		return err
	}
	switch {
	case h.running:
		return nil
	case !affects(changes):
		h.say("data stream %s: is there", name)
		return nil
	case h.opts.NoRollover():
		h.say("data stream %s: not rolled over (--no-rollover): new documents still go into an index of the old template", name)
		return nil
	}
	return h.rollover(c, name)
}

func (h *handler) create(c Client, name string) error {
	if _, err := send(c, http.MethodPut, "/_data_stream/"+name, nil); err != nil {
		if strings.Contains(err.Error(), "resource_already_exists_exception") {
			return nil // by another espbeat, meanwhile
		}
		return fmt.Errorf("create data stream %s: %w", name, err)
	}
	h.say("data stream %s: created", name)
	return nil
}

func (h *handler) rollover(c Client, name string) error {
	path := "/" + name + "/_rollover"
	answer, err := send(c, http.MethodPost, path, nil)
	if err != nil {
		return fmt.Errorf("roll data stream %s over to its new template: %w (the template is written: POST %s does the rest)", name, err, path)
	}
	h.say("data stream %s: rolled over from %v to %v, which has the new template", name, answer["old_index"], answer["new_index"])
	return nil
}

// streamLifecycle keeps the lifecycle of a data stream where there is no ILM. A template's is for new data streams only.
func (h *handler) streamLifecycle(c Client, name string) error {
	if h.Mode() != lifecycle.DSL || h.running || h.unmanaged() {
		return nil
	}
	if on, err := h.CheckEnabled(); err != nil || !on {
		return err
	}
	path := "/_data_stream/" + name + "/_lifecycle"
	found, err := fetch(c, path)
	if err != nil {
		return fmt.Errorf("look for the lifecycle of data stream %s: %w", name, err)
	}
	var has map[string]any
	if list, ok := found["data_streams"].([]any); ok && len(list) > 0 {
		first, _ := list[0].(map[string]any)
		has = object(first, "lifecycle")
	}
	wanted, err := plain(h.Policy().Body)
	if err != nil {
		return fmt.Errorf("lifecycle of data stream %s: %w", name, err)
	}
	changes := compare(flatLifecycle(has, wanted), flatLifecycle(wanted, wanted))
	switch {
	case len(changes) == 0:
		return nil
	case has != nil && !h.Overwrite():
		h.say("lifecycle of data stream %s: kept as it is, setup.dsl.overwrite: true would change", name)
		tell(h.say, changes)
		return nil
	}
	h.say("lifecycle of data stream %s: changes", name)
	tell(h.say, changes)
	if _, err := send(c, http.MethodPut, path, wanted); err != nil {
		return fmt.Errorf("write the lifecycle of data stream %s: %w", name, err)
	}
	return nil
}

// flatLifecycle is of m what wanted speaks of: GET adds what the server decides itself.
func flatLifecycle(m, wanted map[string]any) map[string]string {
	out := map[string]string{}
	for key := range wanted {
		flat(out, key, m[key])
	}
	return out
}
