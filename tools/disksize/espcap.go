// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
)

// espcapMapped are the fields that Espcap's template maps, with their types: below "layers", all but the time. The rest of a document is kept
// and not searchable (dynamic: false). tshark 4 calls the flags of TCP otherwise, so those are not found.
var espcapMapped = map[string]string{
	"timestamp": "date",
	"layers.frame.frame_interface_id_frame_interface_name": "keyword", "layers.frame.frame_frame_protocols": "text",
	"layers.ip.ip_ip_src": "ip", "layers.ip.ip_ip_dst": "ip", "layers.ip.ip_ip_version": "integer",
	"layers.udp.udp_udp_srcport": "integer", "layers.udp.udp_udp_dstport": "integer",
	"layers.tcp.tcp_tcp_srcport": "integer", "layers.tcp.tcp_tcp_dstport": "integer",
	"layers.tcp.tcp_flags_tcp_flags_str": "keyword", "layers.tcp.tcp_flags_tcp_flags_urg": "integer", "layers.tcp.tcp_flags_tcp_flags_ack": "integer",
	"layers.tcp.tcp_flags_tcp_flags_push": "integer", "layers.tcp.tcp_flags_tcp_flags_reset": "integer", "layers.tcp.tcp_flags_tcp_flags_syn": "integer",
	"layers.tcp.tcp_flags_tcp_flags_fin": "integer", "layers.tcp.tcp_tcp_seq": "integer", "layers.tcp.tcp_tcp_ack": "integer",
	"layers.tcp.tcp_tcp_window_size": "integer",
}

// espcapSize is what Espcap's index takes.
type espcapSize struct {
	stored, refused int
	bytes           int64
	reason          string // of the first that was refused
}

// espcapChunk is how many documents Espcap sends at a time.
const espcapChunk = 1000

// espcapIndex makes an index of a capture as Espcap does: documents of tshark -T ek, decoded and encoded again (which keeps the last of keys that occur
// twice), with Espcap's mapping and the server's own settings. Espcap ends at the first document that is refused; here the others are stored.
func (d *disksize) espcapIndex(file string) (x espcapSize, err error) {
	const index = "espbeat-measured-espcap"
	properties := map[string]any{}
	for name, kind := range espcapMapped {
		at := properties
		path := strings.Split(name, ".")
		for _, part := range path[:len(path)-1] {
			if at[part] == nil {
				at[part] = map[string]any{"properties": map[string]any{}}
			}
			at = at[part].(map[string]any)["properties"].(map[string]any)
		}
		at[path[len(path)-1]] = map[string]any{"type": kind}
		if kind == "text" {
			at[path[len(path)-1]].(map[string]any)["analyzer"] = "simple"
		}
	}
	err = d.server.Do(http.MethodPut, "/"+index, map[string]any{
		"settings": map[string]any{"index.number_of_replicas": 0},
		"mappings": map[string]any{"dynamic": false, "properties": properties},
	}, nil)
	if err != nil {
		return x, err
	}
	defer func() { err = errors.Join(err, d.server.Delete(index)) }()
	cmd := exec.CommandContext(d.ctx, d.tshark, "-T", "ek", "-r", file)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return x, err
	}
	if err := cmd.Start(); err != nil {
		return x, fmt.Errorf("run tshark: %w", err)
	}
	err = d.espcapFeed(index, out, &x)
	if err != nil {
		_ = cmd.Process.Kill() // the first error says more
	}
	if werr := cmd.Wait(); err == nil && werr != nil {
		err = fmt.Errorf("run tshark: %w", werr)
	}
	if err == nil {
		err = d.server.Merged(index)
	}
	if err != nil {
		return x, err
	}
	if x.stored, x.bytes, err = d.server.Stored(index); err == nil && x.stored == 0 {
		err = fmt.Errorf("no document of %s was stored: %s", file, x.reason)
	}
	return x, err
}

// espcapFeed stores what tshark prints, and counts what is refused.
func (d *disksize) espcapFeed(index string, in io.Reader, x *espcapSize) error {
	lines := bufio.NewReaderSize(in, 1<<20)
	var chunk [][]byte
	for {
		line, err := lines.ReadBytes('\n')
		done := errors.Is(err, io.EOF)
		if err != nil && !done {
			return fmt.Errorf("read what tshark prints: %w", err)
		}
		if line = bytes.TrimSpace(line); len(line) > 0 && !bytes.HasPrefix(line, []byte(`{"index":`)) {
			document, err := again(line)
			if err != nil {
				return err
			}
			chunk = append(chunk, document)
		}
		if len(chunk) == espcapChunk || done && len(chunk) > 0 {
			refused, reason, err := d.server.Bulk(index, chunk)
			if err != nil {
				return err
			}
			if x.refused += refused; x.reason == "" {
				x.reason = reason
			}
			chunk = chunk[:0]
		}
		if done {
			return nil
		}
	}
}

// again decodes and encodes a document, numbers as they were written.
func again(line []byte) ([]byte, error) {
	decode := json.NewDecoder(bytes.NewReader(line))
	decode.UseNumber()
	var v any
	if err := decode.Decode(&v); err != nil {
		return nil, fmt.Errorf("tshark printed no JSON: %w: %.200s", err, line)
	}
	return json.Marshal(v)
}
