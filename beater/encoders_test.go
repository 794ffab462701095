// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"cmp"
	"context"
	"hash/maphash"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/elastic/beats/v7/libbeat/beat"
	jsoncodec "github.com/elastic/beats/v7/libbeat/outputs/codec/json"
	"github.com/elastic/elastic-agent-libs/monitoring"

	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/publish"
)

// hashes is a pipeline that keeps a hash of every document by its id, and acknowledges what comes.
type hashes struct {
	mu      sync.Mutex
	seed    maphash.Seed
	docs    map[string]uint64
	twice   int
	arrived chan ack
}

type ack struct {
	listener beat.EventListener
	n        int
}

// client is one encoder's; its encoder of JSON is what the outputs use.
type client struct {
	to    *hashes
	cfg   beat.ClientConfig
	codec *jsoncodec.Encoder
}

func (h *hashes) Connect() (beat.Client, error) { return h.ConnectWith(beat.ClientConfig{}) }

func (h *hashes) ConnectWith(cfg beat.ClientConfig) (beat.Client, error) {
	return &client{to: h, cfg: cfg, codec: jsoncodec.New("9", jsoncodec.Config{})}, nil
}

func (c *client) Close() error { return nil }

func (c *client) PublishAll(es []beat.Event) {
	for _, e := range es {
		c.Publish(e)
	}
}

func (c *client) Publish(e beat.Event) {
	id := e.Meta["_id"].(string)
	e.Meta = nil
	text, err := c.codec.Encode("i", &e)
	if err != nil {
		panic(err)
	}
	h := maphash.Bytes(c.to.seed, text)
	c.to.mu.Lock()
	if _, ok := c.to.docs[id]; ok {
		c.to.twice++
	}
	c.to.docs[id] = h
	c.to.mu.Unlock()
	c.cfg.EventListener.AddEvent(e, true)
	c.cfg.ClientListener.Published()
	c.to.arrived <- ack{c.cfg.EventListener, 1}
}

// documents publishes all captures under dir with that many encoders.
func documents(t *testing.T, dir string, encoders int, seed maphash.Seed) *hashes {
	t.Helper()
	h := &hashes{seed: seed, docs: map[string]uint64{}, arrived: make(chan ack, 1000)}
	go func() {
		for a := range h.arrived {
			a.listener.ACKEvents(a.n)
		}
	}()
	cfg := parsed(t, "{flow.summary: true, inputs: [{type: file, paths: ['"+dir+"']}]}")
	l, err := newLine(cfg, cfg.Enabled()[0], Options{})
	if err != nil {
		t.Fatal(err)
	}
	pub := publish.New(h, publish.NewLedger(monitoring.NewRegistry()), publish.Options{Encoders: encoders, MaxBytes: 16 << 20})
	in, err := pub.Open(publish.InputOptions{ID: "a", Lost: l.losses.read, NewEncoder: func() publish.Encoder { return &encoder{} }, NewFlowEncoder: flowEncoders(&cfg)})
	if err != nil {
		t.Fatal(err)
	}
	pool := &sync.Pool{New: func() any { return new(batch) }}
	l.say = func(string) {}
	l.feed = func(opt document.Options, _ *resume) (feed, error) {
		return &pipelineFeed{in: in, opt: opt, pool: pool}, nil
	}
	l.fail = func(error) {} // some of the captures are broken, on purpose
	l.run(t.Context(), t.Context())
	if err := in.Drain(context.Background()); err != nil {
		t.Fatal(err)
	}
	in.Close()
	close(h.arrived)
	return h
}

// TestDocumentsDoNotDependOnEncoders: an input's documents, of packets and of flows, are the same whatever the number of encoders.
func TestDocumentsDoNotDependOnEncoders(t *testing.T) {
	corpus := cmp.Or(os.Getenv("ESPBEAT_CORPUS"), filepath.Join("..", "..", "shared", "corpus"))
	dir, err := filepath.Abs(filepath.Join(corpus, "dev"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no corpus of real captures in %s: set ESPBEAT_CORPUS to a folder with captures below dev", corpus)
	}
	seed := maphash.MakeSeed()
	one := documents(t, dir, 1, seed)
	if len(one.docs) == 0 {
		t.Fatal("no documents")
	}
	t.Logf("%d documents", len(one.docs))
	for _, n := range []int{2, 4} {
		many := documents(t, dir, n, seed)
		differ := 0
		for id, h := range one.docs {
			if many.docs[id] != h {
				differ++
			}
		}
		if differ > 0 || len(many.docs) != len(one.docs) || many.twice != one.twice {
			t.Errorf("%d encoders: %d documents and %d repeated, %d unlike those of one; one makes %d and %d", n, len(many.docs), many.twice, differ, len(one.docs), one.twice)
		}
	}
}
