// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// liveBeat configures a live capture of lo, in a folder that another user may look into.
func liveBeat(t *testing.T, s *es.Sink, engine, privileges string) (cmdline, string) {
	t.Helper()
	nobody(t) // may run the binary
	dir := open(t)
	c := write(t, dir, "live.yml", fmt.Sprintf(`
espbeat:
  privileges: {%s}
  inputs: [{type: live, interfaces: [lo], engine: %s}]
output.elasticsearch: {hosts: [%q], index: live}
setup: {template.enabled: false, ilm.enabled: false}
queue.mem: {events: 1600, flush.min_events: 200, flush.timeout: 100ms}
logging.to_stderr: true
`, privileges, engine, s.URL))
	if err := os.Chmod(c, 0o644); err != nil { //nolint:gosec // for another user
		t.Fatal(err)
	}
	return cmdline{args: []string{"-c", c, "--path.home", dir}, dir: dir}, dir
}

// threads checks lines of /proc/PID/status of all threads of a process.
func threads(t *testing.T, p *process, want map[string]string) {
	t.Helper()
	all, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", p.cmd.Process.Pid))
	if err != nil || len(all) < 2 {
		t.Fatalf("threads: %v, %v", all, err)
	}
	for _, path := range all {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		for line := range strings.Lines(string(text)) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
			if is, asked := strings.Join(strings.Fields(value), " "), want[name]; asked != "" && is != asked {
				t.Errorf("%s: %s is %s, want %s", path, name, is, asked)
			}
		}
	}
}

// arrives sends, waits until all of it is stored, and ends the run.
func arrives(t *testing.T, p *process, s *es.Sink) result {
	t.Helper()
	x := send(t)
	for have := 0; !x.complete(shippedDocs(t, s)); have = s.Stats().Docs {
		taken(t, s, "all that was sent", func(st es.Stats) bool { return st.Docs > have })
	}
	p.signal(os.Interrupt)
	r := p.wait().exits(0)
	x.check(t, shippedDocs(t, s))
	return r
}

const (
	noCapability = "0000000000000000"
	onlyNetRaw   = "0000000000002000"
	asNobody     = "65534 65534 65534 65534"
	filtered     = "2" // by a system call policy (seccomp)
)

// TestGoesOnAsAnotherUser: started as root it captures as nobody, under the system call policy, and what it writes is nobody's.
func TestGoesOnAsAnotherUser(t *testing.T) {
	for name, c := range map[string]struct{ engine, drop, caps string }{
		"af_packet":                  {"af_packet", "keep", onlyNetRaw},
		"libpcap":                    {"pcap", "keep", onlyNetRaw},
		"af_packet, nothing is kept": {"af_packet", "all", noCapability},
		"libpcap, nothing is kept":   {"pcap", "all", noCapability},
	} {
		t.Run(name, func(t *testing.T) {
			namespace(t)
			s := es.NewSink(t, es.SinkOptions{})
			line, dir := liveBeat(t, s, c.engine, "user: nobody, drop: "+c.drop)
			p := line.start(t)
			capturing(t, func() bool { return s.Stats().Docs > 0 || ended(p) })
			threads(t, p, map[string]string{
				"Uid": asNobody, "Gid": asNobody, "CapInh": c.caps, "CapPrm": c.caps, "CapEff": c.caps, "CapAmb": c.caps, "CapBnd": onlyNetRaw,
				"NoNewPrivs": "1", "Seccomp": filtered,
			})
			arrives(t, p, s)
			err := filepath.WalkDir(filepath.Join(dir, "data"), func(path string, d os.DirEntry, err error) error {
				if err != nil {
					return err
				}
				info, err := d.Info()
				if err == nil && info.Sys().(*syscall.Stat_t).Uid != 65534 {
					t.Errorf("%s is not nobody's", path)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// TestRootGivesItsCapabilitiesUp: without another user, too.
func TestRootGivesItsCapabilitiesUp(t *testing.T) {
	namespace(t)
	s := es.NewSink(t, es.SinkOptions{})
	line, _ := liveBeat(t, s, "auto", "drop: all")
	p := line.start(t)
	capturing(t, func() bool { return s.Stats().Docs > 0 || ended(p) })
	threads(t, p, map[string]string{"Uid": "0 0 0 0", "CapPrm": noCapability, "CapEff": noCapability, "Seccomp": filtered})
	arrives(t, p, s)
}

// TestPrintsAsAnotherUser: so does what needs no libbeat.
func TestPrintsAsAnotherUser(t *testing.T) {
	namespace(t)
	nobody(t)
	p := cmdline{args: []string{"--nic", "lo", "-E", "espbeat.privileges.user=nobody", "-E", "espbeat.privileges.drop=all"}, dir: open(t)}.start(t)
	capturing(t, func() bool { return p.out.String() != "" || ended(p) })
	threads(t, p, map[string]string{"Uid": asNobody, "CapPrm": noCapability})
	p.signal(os.Interrupt)
	p.wait().exits(0)
}

// TestFollowsInterfacesAsAnotherUser: interfaces that come later are opened, in another network namespace, too. That takes one capability more.
func TestFollowsInterfacesAsAnotherUser(t *testing.T) {
	for name, c := range map[string]struct{ netns, caps string }{
		"here":                      {"", onlyNetRaw},
		"another network namespace": {"espbeat-e2e-user", "0000000000202000"},
	} {
		t.Run(name, func(t *testing.T) {
			namespace(t)
			nobody(t)
			inside := ""
			if c.netns != "" {
				ip(t, "netns add "+c.netns)
				t.Cleanup(func() { ip(t, "netns del "+c.netns) })
				inside = "-n " + c.netns + " "
			}
			s := es.NewSink(t, es.SinkOptions{})
			p := cmdline{args: []string{"--nic", "hot*", "--node", s.URL, "-E", "espbeat.privileges.user=nobody", "-E", "espbeat.inputs.0.netns=" + c.netns}, dir: open(t)}.start(t)
			p.says("no interface matches hot*")
			ip(t, inside+"link add hot0 type veth peer name cold0")
			ip(t, inside+"link set cold0 up")
			ip(t, inside+"link set hot0 up") // which sends for itself: neighbour discovery
			p.says("hot0 is there")
			taken(t, s, "a packet", func(st es.Stats) bool { return st.Docs > 0 })
			threads(t, p, map[string]string{"Uid": asNobody, "CapEff": c.caps, "CapBnd": c.caps, "Seccomp": filtered})
			p.signal(os.Interrupt)
			p.wait().exits(0)
		})
	}
}

// TestInterfaceThatComesAfterTheDrop: it cannot be opened, and the reason is said.
func TestInterfaceThatComesAfterTheDrop(t *testing.T) {
	namespace(t)
	s := es.NewSink(t, es.SinkOptions{})
	p := cmdline{args: []string{"--nic", "hot*", "--node", s.URL, "-E", "espbeat.privileges.drop=all"}}.start(t)
	p.says("no interface matches hot*")
	plugIn(t)
	p.says("may not capture on hot0: CAP_NET_RAW is missing")
	p.says("espbeat.privileges.drop: all gave every capability up")
	p.signal(os.Interrupt)
	p.wait()
}

// TestFileCapabilitiesAlone: setcap lets any user capture, by both engines and under the system call policy.
func TestFileCapabilitiesAlone(t *testing.T) {
	for _, engine := range []string{"af_packet", "pcap"} {
		t.Run(engine, func(t *testing.T) {
			namespace(t)
			s := es.NewSink(t, es.SinkOptions{})
			line, dir := liveBeat(t, s, engine, "")
			line.user = nobody(t)
			line.binary = filepath.Join(dir, "espbeat")
			if err := os.WriteFile(line.binary, read(t, espbeat(t)), 0o755); err != nil { //nolint:gosec // for another user
				t.Fatal(err)
			}
			if out, err := exec.Command("setcap", "cap_net_raw=ep", line.binary).CombinedOutput(); err != nil {
				t.Skipf("not tested: setcap: %v %s (`apt-get install libcap2-bin`, and a file system with attributes)", err, out)
			}
			if err := os.Chown(dir, int(line.user.Uid), int(line.user.Gid)); err != nil {
				t.Fatal(err)
			}
			p := line.start(t)
			capturing(t, func() bool { return s.Stats().Docs > 0 || ended(p) })
			threads(t, p, map[string]string{"Uid": asNobody, "CapEff": onlyNetRaw, "Seccomp": filtered})
			arrives(t, p, s)
		})
	}
}

// TestWhatIsMissingIsSaidInOneLine: for both engines.
func TestWhatIsMissingIsSaidInOneLine(t *testing.T) {
	for _, engine := range []string{"af_packet", "pcap"} {
		s := es.NewSink(t, es.SinkOptions{})
		line, dir := liveBeat(t, s, engine, "")
		line.user = nobody(t)
		if line.user == nil {
			t.Skip("not tested: it needs root, to be somebody without rights")
		}
		if err := os.Chown(dir, int(line.user.Uid), int(line.user.Gid)); err != nil {
			t.Fatal(err)
		}
		r := line.run(t).exits(1).complains("may not capture on ")
		n := 0
		for l := range strings.Lines(r.err) {
			if strings.Contains(l, "CAP_NET_RAW is missing") && strings.Contains(l, "run as root (sudo), or `sudo setcap cap_net_raw=ep "+espbeat(t)+"` once") {
				n++
			}
		}
		if n == 0 {
			t.Errorf("%s: no line says it:\n%s", engine, tail(r.err, 3000))
		}
	}
}

func TestPrivilegesAreRefused(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("not tested: only root changes to another user")
	}
	dir := open(t)
	private := write(t, dir, "private.yml", "espbeat: {privileges.user: nobody, inputs: [{type: live, interfaces: [lo]}]}\noutput.console.enabled: true\n")
	for name, c := range map[string]struct {
		args []string
		code int
		says []string
	}{
		"no such user":                  {[]string{"--nic", "lo", "-E", "espbeat.privileges.user=no-such-user"}, 1, []string{`"no-such-user": there is no such user`, "useradd"}},
		"configuration that is private": {[]string{"-c", private, "--path.home", dir}, 1, []string{private + ": user nobody may not read it", "chgrp"}},
		"under Elastic Agent":           {[]string{"-E", "management.enabled=true", "-E", "espbeat.privileges.drop=all"}, 2, []string{"espbeat.privileges", "Elastic Agent"}},
		"a folder of the system":        {[]string{"-c", shared(t, private), "--path.data", "/var/lib"}, 1, []string{"/var/lib", "a folder of the system"}},
	} {
		t.Run(name, func(t *testing.T) {
			cmdline{args: c.args, dir: dir}.run(t).exits(c.code).complains(c.says...)
		})
	}
}

// shared is a copy that everybody may read.
func shared(t *testing.T, path string) string {
	t.Helper()
	to := filepath.Join(open(t), "shared-"+filepath.Base(path))
	if err := os.WriteFile(to, read(t, path), 0o644); err != nil { //nolint:gosec // for another user
		t.Fatal(err)
	}
	return to
}

// TestKeystoreOfRoot: a run by flags goes on without a keystore that its user may not read, and says so.
func TestKeystoreOfRoot(t *testing.T) {
	user, dir := nobody(t), open(t)
	if user == nil {
		t.Skip("not tested: it needs root, whose files another cannot read")
	}
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o755); err != nil { //nolint:gosec // for another user
		t.Fatal(err)
	}
	cmdline{args: []string{"keystore", "create", "--path.home", dir}, dir: dir}.run(t).exits(0)
	s := es.NewSink(t, es.SinkOptions{})
	line := cmdline{args: []string{"--file", shared(t, demo()), "--node", s.URL, "--path.home", dir}, dir: dir, user: user}
	line.run(t).exits(0).complains("the keystore is left out: open " + filepath.Join(dir, "data", "espbeat.keystore") + ": permission denied")
	line.args = append(line.args, "-E", "output.elasticsearch.password=${ES_PWD}")
	line.run(t).exits(1).complains("the keystore is left out", "output.elasticsearch")
}

// TestTestCapture: each line, with what is wrong.
func TestTestCapture(t *testing.T) {
	namespace(t)
	ip(t, "link add down0 type veth peer name peer0")
	user, dir := nobody(t), open(t)
	c := write(t, dir, "mine.yml", "espbeat.inputs: [{type: live, interfaces: [lo], filter: udp}, {type: file, paths: ["+strconv.Quote(demo())+"]}]\noutput.console.enabled: true\n")
	write(t, dir, "more.yml", "- {type: file, id: more, paths: [/nowhere.pcap]}\n")
	both := write(t, dir, "both.yml", "espbeat.config.inputs.path: "+strconv.Quote(filepath.Join(dir, "more*.yml"))+"\noutput.console.enabled: true\n")
	for name, c := range map[string]struct {
		args []string
		user *syscall.Credential
		code int
		says []string
	}{
		"inputs in files of their own": {[]string{"-c", both, "--path.data", filepath.Join(dir, "data")}, nil, 1, []string{"FAIL files of more: "}},
		"all is well": {[]string{"-c", c, "--path.data", filepath.Join(dir, "data")}, nil, 0, []string{
			"ok   permissions: the inputs have what they need, CAP_NET_RAW", "ok   interface lo: up, link type ETHERNET", "WARN offloads of lo: ", `ok   filter on lo: "udp" compiles`,
			"ok   ring of lo: 32 MiB", "ok   files of file-1: 1 captures", "ok   disk: path.data " + filepath.Join(dir, "data"),
		}},
		"nobody": {[]string{"--nic", "lo"}, user, 1, []string{"FAIL permissions: missing: CAP_NET_RAW; run as root (sudo), or `sudo setcap", "FAIL ring of lo: not tried"}},
		"root that will be nobody": {[]string{"--nic", "lo", "-E", "espbeat.privileges.user=nobody", "-E", "path.data=" + filepath.Join(dir, "theirs")}, nil, 0, []string{
			"ok   permissions: the inputs have what they need, CAP_NET_RAW", "ok   ring of lo", "ok   disk: path.data " + filepath.Join(dir, "theirs") + ": a start as root gives it to nobody"}},
		"interfaces":        {[]string{"--nic", "down0", "--nic", "nowhere0"}, nil, 1, []string{"FAIL interface down0: down; bring it up", "FAIL interface nowhere0: "}},
		"network namespace": {[]string{"--nic", "lo", "-E", "espbeat.inputs.0.netns=nowhere"}, nil, 1, []string{"ok   permissions: the inputs have what they need, CAP_NET_RAW, CAP_SYS_ADMIN", "FAIL interfaces of live: open network namespace nowhere: "}},
		"filter":            {[]string{"--nic", "lo", "--bpf", "type mgt"}, nil, 1, []string{"FAIL filter on lo: "}},
		"files":             {[]string{"--file", filepath.Join(dir, "nowhere.pcap"), "--dir", dir}, nil, 1, []string{"FAIL files of file: "}},
		"disk":              {[]string{"--file", demo(), "-E", "path.data=" + c}, nil, 1, []string{"FAIL disk: path.data " + c, "set another path.data"}},
	} {
		// Not by t.Run: another goroutine is on another thread, outside the namespace.
		r := cmdline{args: append([]string{"test", "capture"}, c.args...), dir: dir, user: c.user}.run(t)
		if r.code != c.code {
			t.Errorf("%s: exit status %d, want %d; stderr:\n%s", name, r.code, c.code, tail(r.err, 3000))
		}
		for _, s := range c.says {
			if !strings.Contains(r.out, s) {
				t.Errorf("%s: stdout lacks %q:\n%s", name, s, r.out)
			}
		}
	}
	for _, args := range [][]string{{}, {"--nic", ""}, {"--nik", "lo"}} {
		cmdline{args: append([]string{"test", "capture"}, args...), dir: dir}.run(t).exits(2)
	}
}
