// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"fmt"
	"os"
	"sync"

	"github.com/espbeat/espbeat/capture"
)

// maxQuarantine bounds the quarantine file, bytes.
const maxQuarantine = 64 << 20

// quarantine is the capture file of packets that no process survived: pcapng, a section a run, an interface a packet, and a comment that
// says where the packet is from.
type quarantine struct {
	path string
	say  func(string)

	mu   sync.Mutex
	file *os.File
	n    int // interfaces of this run's section
}

// add writes a packet and says where it is.
func (q *quarantine) add(p *Packet, source, why string) string {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.path == "" {
		return "kept nowhere (espbeat.dissector.tshark.quarantine)"
	}
	if err := q.write(p, fmt.Sprintf("packet %d of %s ended tshark: %s", p.Number, source, why)); err != nil {
		return fmt.Sprintf("kept nowhere: %v", err)
	}
	return "kept in " + q.path
}

func (q *quarantine) write(p *Packet, comment string) error {
	var out []byte
	if q.file == nil {
		f, err := os.OpenFile(q.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return fmt.Errorf("open the quarantine file: %w: let this user write there, or set espbeat.dissector.tshark.quarantine", err)
		}
		q.file = f
		out = (&pcapng{}).header(out)
	}
	info, err := q.file.Stat()
	if err != nil {
		return fmt.Errorf("look at the quarantine file: %w", err)
	}
	if info.Size()+int64(len(p.Data)) > maxQuarantine {
		return fmt.Errorf("%s is full: move it away", q.path)
	}
	out = appendInterface(out, &capture.Interface{LinkType: p.LinkType, SnapLen: snapLen})
	aside := p.Packet
	aside.Interface, aside.Comments = q.n, append([]string{comment}, p.Comments...)
	out = (&pcapng{described: q.n + 1}).packet(out, &aside, nil)
	q.n++
	if _, err := q.file.Write(out); err != nil {
		return fmt.Errorf("write the quarantine file: %w", err)
	}
	return nil
}

func (q *quarantine) close() {
	if q.file != nil {
		_ = q.file.Close()
	}
}
