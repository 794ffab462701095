// SPDX-License-Identifier: Apache-2.0

package gen

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Count is a number of packets as a flag: 200000, 200k, 2M.
type Count int

func (c *Count) String() string { return fmt.Sprint(int(*c)) }

// Set implements flag.Value.
func (c *Count) Set(v string) error {
	factor := 1
	switch {
	case strings.HasSuffix(v, "k"):
		factor = 1_000
	case strings.HasSuffix(v, "M"):
		factor = 1_000_000
	}
	n, err := strconv.Atoi(strings.TrimRight(v, "kM"))
	if err != nil || n <= 0 {
		return errors.New("give a number of packets such as 200000, 200k or 2M")
	}
	*c = Count(n * factor)
	return nil
}

// DefaultSource is Packetbeat's folder of captures, or the demo's where the module cache lacks it.
func DefaultSource() string {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/elastic/beats/v7").Output()
	dir := filepath.Join(strings.TrimSpace(string(out)), "packetbeat", "tests", "system", "pcaps")
	if _, serr := os.Stat(dir); err == nil && serr == nil {
		return dir
	}
	return filepath.Join("tests", "demo", "demo.pcapng")
}
