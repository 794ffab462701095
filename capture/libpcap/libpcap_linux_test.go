// SPDX-License-Identifier: Apache-2.0

package libpcap

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// hiddenEnv holds, in the second process of TestMissingLibrary, the files to hide.
const hiddenEnv = "ESPBEAT_TEST_HIDE"

func TestMain(m *testing.M) {
	if files := os.Getenv(hiddenEnv); files != "" {
		for _, f := range strings.Split(files, ":") {
			if err := syscall.Mount("/dev/null", f, "", syscall.MS_BIND, ""); err != nil {
				panic(err)
			}
		}
		_, err := Compile("tcp", 1, 262144)
		if err == nil {
			panic("libpcap was loaded although it is hidden")
		}
		os.Stdout.WriteString(err.Error())
		return
	}
	os.Exit(m.Run())
}

// TestMissingLibrary runs this program again where the library cannot be found.
func TestMissingLibrary(t *testing.T) {
	if err := Load(); err != nil {
		if !strings.Contains(err.Error(), "libpcap") || !strings.Contains(err.Error(), "install") {
			t.Errorf("error %q has no remedy", err)
		}
		return
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]bool{}
	for line := range strings.Lines(string(maps)) {
		if at := strings.IndexByte(line, '/'); at >= 0 && strings.Contains(line[at:], "/libpcap.so") {
			files[strings.TrimSpace(line[at:])] = true
		}
	}
	var list []string
	for f := range files {
		list = append(list, f)
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), hiddenEnv+"="+strings.Join(list, ":"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	if err != nil && os.Geteuid() != 0 {
		t.Skipf("a system without libpcap is not tested: a mount namespace cannot be made (%v); run the tests as root", err)
	}
	if err != nil || !strings.Contains(string(out), "cannot be loaded") || !strings.Contains(string(out), "apt-get install libpcap0.8") {
		t.Errorf("without the library: %v, %s", err, out)
	}
}

func TestVersion(t *testing.T) {
	if err := Load(); err != nil {
		t.Skip(err)
	}
	if v, err := Version(); err != nil || !strings.Contains(v, "libpcap") {
		t.Errorf("Version = %q, %v", v, err)
	}
}
