// SPDX-License-Identifier: Apache-2.0

package indices

import (
	"fmt"
	"net/http"
	"slices"
)

// Pipeline is an ingest pipeline.
type Pipeline struct {
	Name string
	Body map[string]any
	// Needs are processors that not every server has.
	Needs []string
}

const pipelinePath = "/_ingest/pipeline/"

// LoadPipelines writes the pipelines that are missing or differ.
func LoadPipelines(c Client, pipelines []Pipeline, say func(string, ...any)) error {
	for _, p := range pipelines {
		if err := p.load(c, say); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pipeline) load(c Client, say func(string, ...any)) error {
	found, err := fetch(c, pipelinePath+p.Name)
	if err != nil {
		return fmt.Errorf("look for ingest pipeline %s: %w", p.Name, err)
	}
	if found == nil {
		if lacks := p.lacks(c); lacks != "" {
			say("ingest pipeline %s: left out, the server has no %s processor", p.Name, lacks)
			return nil
		}
		return p.create(c, say)
	}
	body, err := plain(p.Body)
	if err != nil {
		return fmt.Errorf("ingest pipeline %s: %w", p.Name, err)
	}
	changes := compare(flatPipeline(object(found, p.Name)), flatPipeline(body))
	if len(changes) == 0 {
		say("ingest pipeline %s: up to date", p.Name)
		return nil
	}
	say("ingest pipeline %s: changes", p.Name)
	tell(say, changes)
	return p.put(c)
}

// create writes the pipeline to a server that does not have it.
func (p *Pipeline) create(c Client, say func(string, ...any)) error {
	if err := p.put(c); err != nil {
		return err
	}
	say("ingest pipeline %s: created", p.Name)
	return nil
}

func (p *Pipeline) put(c Client) error {
	if _, err := send(c, http.MethodPut, pipelinePath+p.Name, p.Body); err != nil {
		return fmt.Errorf("write ingest pipeline %s: %w", p.Name, err)
	}
	return nil
}

// lacks names a processor that the server does not have. A server that does not tell, as a serverless one, has all.
func (p *Pipeline) lacks(c Client) string {
	if len(p.Needs) == 0 {
		return ""
	}
	answer, err := fetch(c, "/_nodes/ingest")
	if err != nil || answer == nil {
		return ""
	}
	for _, node := range object(answer, "nodes") {
		n, _ := node.(map[string]any)
		list, ok := object(n, "ingest")["processors"].([]any)
		if !ok {
			continue
		}
		for _, need := range p.Needs {
			if !slices.ContainsFunc(list, func(v any) bool { e, _ := v.(map[string]any); return e["type"] == need }) {
				return need
			}
		}
	}
	return ""
}

// pipelineForRun makes the pipeline that the output names when it is ours and missing: without it every document is rejected.
func (s *indices) pipelineForRun(c Client) error {
	name := text(s.root, "output.elasticsearch.pipeline")
	if name == "" || s.opts.Pipelines == nil {
		return nil
	}
	for _, p := range s.opts.Pipelines(s.root) {
		if p.Name != name {
			continue
		}
		found, err := fetch(c, pipelinePath+name)
		if err != nil {
			return fmt.Errorf("output.elasticsearch.pipeline: look for %s: %w", name, err)
		}
		if found != nil {
			return nil
		}
		if lacks := p.lacks(c); lacks != "" {
			return fmt.Errorf("output.elasticsearch.pipeline: %s: the server has no %s processor: remove the setting", name, lacks)
		}
		return p.create(c, s.log.Infof)
	}
	return nil
}
