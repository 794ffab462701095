// SPDX-License-Identifier: Apache-2.0

package indices

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/elastic/elastic-agent-libs/version"
)

// Values of a Storage, and auto, which asks the server.
const (
	auto      = "auto"
	logsdb    = "logsdb"
	standard  = "standard"
	stored    = "stored"
	synthetic = "synthetic"
)

// Storage is how Elasticsearch keeps packets: index.mode and index.mapping.source.mode.
type Storage struct{ Mode, Source string }

func (s Storage) String() string { return "mode " + s.Mode + ", source " + s.Source }

// safe is what every server can do.
var safe = Storage{standard, stored}

// SortKey is one key of an index's order.
type SortKey struct{ Field, Order string }

// Sort is the order of packets in an index. Similar documents next to each other are what makes logsdb small. A key has to be
// mapped, and should be in every document: one without it stands at the end.
var Sort = []SortKey{{"host.name", "asc"}, {"@timestamp", "desc"}}

// settings are what an index needs for it, below "index".
func (s Storage) settings() map[string]any {
	set := map[string]any{"codec": "best_compression"}
	if s.Mode != logsdb {
		return set
	}
	var fields, orders []any
	for _, k := range Sort {
		fields, orders = append(fields, k.Field), append(orders, k.Order)
	}
	set["mode"] = logsdb
	set["sort"] = map[string]any{"field": fields, "order": orders}
	mapping := map[string]any{"source": map[string]any{"mode": s.Source}}
	if s.Source == synthetic {
		// Without it a rebuilt document has its arrays sorted and without repeated values: packet.layers is a list in order.
		mapping["synthetic_source_keep"] = "arrays"
	}
	set["mapping"] = mapping
	return set
}

// logsdb is generally available from 8.17 on, with index.mapping.source.mode.
const logsdbMajor, logsdbMinor = 8, 17

// server is what decides on a Storage.
type server struct {
	version    version.V
	serverless bool
	license    string // type of an active licence
}

func (s *server) hasLogsDB() bool {
	return s.serverless || s.version.Major > logsdbMajor || s.version.Major == logsdbMajor && s.version.Minor >= logsdbMinor
}

// hasSynthetic tells whether synthetic source is part of the licence. A cluster without it takes the setting and stores the source.
func (s *server) hasSynthetic() bool {
	return s.serverless || s.license == "enterprise" || s.license == "trial"
}

// detect asks the server what it is, and for its licence when that matters.
func detect(c Client, licence bool) (*server, error) {
	root, err := fetch(c, "/")
	if err != nil {
		return nil, err
	}
	if root == nil {
		return nil, errors.New("GET /: not found: this is no Elasticsearch, or a proxy in front of it hides it")
	}
	v := object(root, "version")
	if d, ok := v["distribution"].(string); ok {
		return nil, fmt.Errorf("GET /: the server is %s, not Elasticsearch", d)
	}
	s := &server{serverless: v["build_flavor"] == "serverless"}
	if s.serverless {
		return s, nil // its version says nothing, and it has no licence
	}
	number, _ := v["number"].(string)
	parsed, err := version.New(number)
	if err != nil {
		return nil, fmt.Errorf("GET /: version %q: %w", number, err)
	}
	s.version = *parsed
	if !licence || !s.hasLogsDB() {
		return s, nil
	}
	status, body, err := c.Request(http.MethodGet, "/_license", "", nil, nil)
	if err != nil {
		return nil, fmt.Errorf("GET /_license: status %d: %w", status, err)
	}
	var answer struct {
		License struct{ Type, Status string }
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("GET /_license: %w", err)
	}
	if answer.License.Status == "active" {
		s.license = answer.License.Type
	}
	return s, nil
}

// storage settles how packets are kept, by what the user asks for and what the server can. An error says that the server could
// not be asked; the Storage is then the safe one, as far as the user leaves it open.
func storage(c Client, mode, source string) (Storage, error) {
	if mode == standard {
		return safe, nil
	}
	if mode == logsdb && source != auto {
		return Storage{logsdb, source}, nil
	}
	s, err := detect(c, source == auto)
	if err != nil {
		if source == synthetic || mode == logsdb {
			mode = logsdb // asked for
		} else {
			mode = standard
		}
		if source == auto {
			source = stored
		}
		return Storage{mode, source}, err
	}
	if mode == auto && !s.hasLogsDB() {
		if source == synthetic {
			return safe, impossible{fmt.Errorf("espbeat.index.source: synthetic: needs logsdb, which Elasticsearch %s does not have (%d.%d has): set it to auto", s.version.String(), logsdbMajor, logsdbMinor)}
		}
		return safe, nil
	}
	if source == auto {
		source = stored
		if s.hasSynthetic() && s.hasLogsDB() {
			source = synthetic
		}
	}
	return Storage{logsdb, source}, nil
}

// impossible is a wish that the server cannot fulfil, which ends the setup.
type impossible struct{ error }

// offline is the Storage of a template that is exported, when no server can be asked.
func offline(mode, source string) Storage {
	if mode == standard {
		return safe
	}
	if source == auto {
		source = stored
	}
	return Storage{logsdb, source}
}
