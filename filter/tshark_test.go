// SPDX-License-Identifier: Apache-2.0

package filter_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// listeners is a script for tshark: it has a listener for each filter, so that one run over a capture answers all of them.
const listeners = `
local packets = {}
for line in io.lines(os.getenv("ESPBEAT_FILTERS")) do
	local found = {}
	packets[#packets + 1] = found
	local listener = Listener.new("frame", line)
	function listener.packet(pinfo) found[#found + 1] = pinfo.number end
	if #packets == 1 then
		function listener.draw()
			for i = 1, #packets do print("FOUND\t" .. table.concat(packets[i], " ")) end
		end
	end
end
`

// ask says which packets of a capture tshark finds with each of the filters, nil when it cannot read the capture at all.
func ask(t *testing.T, capture string, filters []string) map[string][]uint64 {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	data, err := os.ReadFile(capture)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("tshark", "-n", "-q", "-r", write("capture", withoutSecrets(data)), "-X", "lua_script:"+write("listeners.lua", []byte(listeners)))
	cmd.Env = append(os.Environ(), "WIRESHARK_CONFIG_DIR="+dir, "TZ=UTC", "ESPBEAT_FILTERS="+write("asked", []byte(strings.Join(filters, "\n")+"\n")))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output() // tshark's status is not 0 for a broken capture, whose first packets it has read
	found := map[string][]uint64{}
	n := 0
	for line := range strings.Lines(string(out)) {
		packets, ok := strings.CutPrefix(line, "FOUND\t")
		if !ok {
			continue
		}
		for text := range strings.FieldsSeq(packets) {
			number, err := strconv.ParseUint(text, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			found[filters[n]] = append(found[filters[n]], number)
		}
		n++
	}
	switch n {
	case len(filters):
		return found
	case 0:
		t.Logf("tshark reads nothing of %s: %v\n%s", capture, err, stderr.String())
	default:
		t.Fatalf("tshark answers %d of %d filters for %s: %v\n%s", n, len(filters), capture, err, stderr.String())
	}
	return nil
}

// withoutSecrets is a pcapng without its decryption secrets: tshark would decrypt with them, which espbeat never does.
func withoutSecrets(data []byte) []byte {
	const section, secrets = 0x0a0d0d0a, 0x0000000a
	if len(data) < 12 || binary.BigEndian.Uint32(data) != section {
		return data
	}
	var order binary.ByteOrder = binary.LittleEndian
	var kept []byte
	for len(data) >= 12 {
		if binary.BigEndian.Uint32(data) == section {
			if order = binary.LittleEndian; binary.BigEndian.Uint32(data[8:]) == 0x1a2b3c4d {
				order = binary.BigEndian
			}
		}
		n := order.Uint32(data[4:])
		if n < 12 || uint64(n) > uint64(len(data)) {
			break
		}
		if order.Uint32(data) != secrets {
			kept = append(kept, data[:n]...)
		}
		data = data[n:]
	}
	return append(kept, data...)
}
