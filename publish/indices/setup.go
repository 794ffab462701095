// SPDX-License-Identifier: Apache-2.0

package indices

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/idxmgmt"
	"github.com/elastic/beats/v7/libbeat/idxmgmt/lifecycle"
	"github.com/elastic/beats/v7/libbeat/template"
)

// handler is what libbeat's manager sets an Elasticsearch up with. libbeat's own handler knows the configuration of lifecycles; the
// requests are made here.
type handler struct {
	idxmgmt.ClientHandler
	*indices
	connect func() (Client, error)
	// running: not setup but a run, which makes what is missing and changes nothing.
	running bool
	say     func(string, ...any)
}

// CheckEnabled implements lifecycle.ClientHandler: a plain index has no lifecycle.
func (h *handler) CheckEnabled() (bool, error) {
	if h.unmanaged() {
		return false, nil
	}
	on, err := h.ClientHandler.CheckEnabled()
	if err != nil {
		return false, fmt.Errorf("%w: espbeat sets up Elasticsearch 8 and later; docs/index.md says what works with OpenSearch", err)
	}
	return on, nil
}

// PolicyName implements lifecycle.ClientHandler. A data stream's lifecycle has its name.
func (h *handler) PolicyName() string {
	if h.Mode() == lifecycle.DSL {
		return h.index.Name
	}
	return h.ClientHandler.PolicyName()
}

// policy returns the path of the ILM policy, and how it differs; there tells whether the server has one.
func (h *handler) policy() (path string, there bool, changes []Change, err error) {
	c, err := h.connect()
	if err != nil {
		return "", false, nil, err
	}
	name := h.PolicyName()
	path = "/_ilm/policy/" + name
	has, err := fetch(c, path)
	if err != nil {
		return path, false, nil, fmt.Errorf("look for ILM policy %s: %w", name, err)
	}
	wanted, err := plain(h.Policy().Body)
	if err != nil {
		return path, false, nil, fmt.Errorf("ILM policy %s: %w", name, err)
	}
	on := object(has, name, "policy")
	return path, has != nil, compare(flatPolicy(on), flatPolicy(object(wanted, "policy"))), nil
}

// HasPolicy implements lifecycle.ClientHandler. libbeat calls it when an existing policy is to stay.
func (h *handler) HasPolicy() (bool, error) {
	_, there, changes, err := h.policy()
	if err == nil && there && !h.running {
		if len(changes) == 0 {
			h.say("ILM policy %s: up to date", h.PolicyName())
		} else {
			h.say("ILM policy %s: kept as it is, setup.ilm.overwrite: true would change", h.PolicyName())
			tell(h.say, changes)
		}
	}
	return there, err
}

// CreatePolicyFromConfig implements lifecycle.ClientHandler: the policy is missing, or is to be overwritten.
func (h *handler) CreatePolicyFromConfig() error {
	path, there, changes, err := h.policy()
	if err != nil {
		return err
	}
	name := h.PolicyName()
	switch {
	case there && len(changes) == 0:
		h.say("ILM policy %s: up to date", name)
		return nil
	case there:
		h.say("ILM policy %s: changes", name)
		tell(h.say, changes)
	}
	c, err := h.connect()
	if err != nil {
		return err
	}
	if _, err := send(c, http.MethodPut, path, h.Policy().Body); err != nil {
		return fmt.Errorf("write ILM policy %s: %w", name, err)
	}
	if !there {
		h.say("ILM policy %s: created", name)
	}
	return nil
}

// Load implements template.Loader.
func (h *handler) Load(cfg template.TemplateConfig, info beat.Info, fields []byte, migration bool) error {
	own, err := mine(&cfg)
	if err != nil {
		return err
	}
	if !own {
		return h.ClientHandler.Load(cfg, info, fields, migration)
	}
	c, err := h.connect()
	if err != nil {
		return err
	}
	path := "/_index_template/" + cfg.Name
	found, err := fetch(c, path)
	if err != nil {
		return fmt.Errorf("look for index template %s: %w", cfg.Name, err)
	}
	has := templateIn(found)
	if h.running && has != nil && text(h.root, "setup.template.overwrite") != "true" {
		h.say("index template %s: there already, a run leaves it as it is", cfg.Name)
		return nil
	}
	how, err := h.storageFor(c, &cfg, has)
	if err != nil {
		return err
	}
	body, err := plain(h.body(&cfg, how))
	if err != nil {
		return fmt.Errorf("index template %s: %w", cfg.Name, err)
	}
	if has == nil {
		if err := h.put(c, path, body); err != nil {
			return err
		}
		h.say("index template %s: created%s", cfg.Name, h.with(how))
		return h.stream(c, &cfg, nil)
	}
	changes := compare(flatTemplate(has), flatTemplate(body))
	if len(changes) == 0 {
		h.say("index template %s: up to date%s", cfg.Name, h.with(how))
		return h.stream(c, &cfg, nil)
	}
	h.say("index template %s: changes", cfg.Name)
	tell(h.say, changes)
	if err := h.put(c, path, body); err != nil {
		return err
	}
	return h.stream(c, &cfg, changes)
}

func (h *handler) put(c Client, path string, body map[string]any) error {
	if _, err := send(c, http.MethodPut, path, body); err != nil {
		return fmt.Errorf("write the index template: %w", err)
	}
	return nil
}

func (h *handler) with(how Storage) string {
	if h.index.Plain {
		return ""
	}
	return " (" + how.String() + ")"
}

// templateIn is the template in the answer of GET /_index_template/NAME.
func templateIn(found map[string]any) map[string]any {
	list, _ := found["index_templates"].([]any)
	if len(list) == 0 {
		return nil
	}
	first, _ := list[0].(map[string]any)
	return object(first, "index_template")
}

// storageFor settles the storage. When the server cannot be asked, a template that is there decides: a passing fault must not
// change how packets are kept.
func (h *handler) storageFor(c Client, cfg *template.TemplateConfig, has map[string]any) (Storage, error) {
	if h.index.Plain {
		return safe, nil
	}
	mode, source := h.asked(cfg)
	how, err := storage(c, mode, source)
	var never impossible
	if errors.As(err, &never) {
		return how, err
	}
	if err == nil {
		return how, nil
	}
	if has != nil {
		kept := storageOf(has)
		if mode == auto && source != synthetic {
			how.Mode = kept.Mode
		}
		if source == auto && how.Mode == kept.Mode {
			how.Source = kept.Source
		}
	}
	h.warned.Do(func() {
		h.log.Warnf("How the server can store packets was not detected: %v. Taken instead: %s; espbeat.index.mode and espbeat.index.source set it.", err, how)
	})
	return how, nil
}

// storageOf reads the storage out of a template.
func storageOf(t map[string]any) Storage {
	f := flatTemplate(t)
	if f["settings.index.mode"] != logsdb {
		return safe
	}
	if f["settings.index.mapping.source.mode"] == synthetic {
		return Storage{logsdb, synthetic}
	}
	return Storage{logsdb, stored}
}

// affects tells whether a change of the template is one of what indices are made of.
func affects(changes []Change) bool {
	for _, c := range changes {
		if strings.HasPrefix(c.Path, "settings.") || strings.HasPrefix(c.Path, "mappings") {
			return true
		}
	}
	return false
}
