// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	conf "github.com/elastic/elastic-agent-libs/config"
)

// chunkDefault is the number of documents in a bulk request when nothing says otherwise.
const chunkDefault = 1600

// Queue settings. The queue waits for flush.min_events or flush.timeout before it
// hands out a batch: libbeat's own timeout of 10 s makes a short file take so long.
const (
	queueChunks  = 8  // chunks that the memory queue holds
	queueMin     = 32 // the least that libbeat's memory queue accepts
	flushTimeout = "1s"
	// Files fill chunks faster than that; only the last one waits.
	flushTimeoutFiles = "100ms"
)

type settings = map[string]any

// libbeatDefaults are values better for packets than libbeat's own, for those
// settings that neither the files nor -E speak of. They lie under both.
func libbeatDefaults(files, over *conf.C, finite bool) settings {
	has := func(key string) bool {
		for _, c := range []*conf.C{files, over} {
			if ok, _ := c.Has(key, -1); ok {
				return true
			}
		}
		return false
	}
	d := settings{}
	if !has("timestamp.precision") {
		d["timestamp.precision"] = "nanosecond"
	}
	// Under Elastic Agent libbeat adds processors of its own, which look up what each event says of its host again.
	if managed(files, over) && !has("processors") {
		d["processors"] = []any{}
	}
	const es = "output.elasticsearch"
	if !has(es) {
		if !has("queue") {
			d["queue.mem"] = queueFor(chunkDefault, finite)
		}
		return d
	}
	if !has(es + ".non_indexable_policy") {
		d[es+".non_indexable_policy.dead_letter_index.index"] = Name + "-dead-letter"
	}
	if has(es + ".preset") {
		return d // a preset is a whole set of the values below
	}
	if !has("queue") && !has(es+".queue") {
		d["queue.mem"] = queueFor(chunkDefault, finite)
	}
	if !has(es+".worker") && !has(es+".workers") {
		d[es+".worker"] = 2
	}
	if !has(es + ".bulk_max_size") {
		d[es+".bulk_max_size"] = chunkDefault
	}
	if !has(es + ".compression_level") {
		d[es+".compression_level"] = 1
	}
	return d
}

// queueFor is the memory queue for bulk requests of so many documents; finite inputs are files only.
func queueFor(chunk int, finite bool) settings {
	timeout := flushTimeout
	if finite {
		timeout = flushTimeoutFiles
	}
	return settings{
		"events":           max(queueMin, queueChunks*chunk),
		"flush.min_events": chunk,
		"flush.timeout":    timeout,
	}
}
