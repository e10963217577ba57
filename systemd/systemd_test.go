package systemd_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// setting is one KEY=VALUE of a unit, in its section.
type setting struct{ section, key, value string }

// read is the lines of a file that say something, backslash joined.
func read(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", "")) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	return lines
}

func unit(t *testing.T) []setting {
	t.Helper()
	var all []setting
	section := ""
	for _, line := range read(t, "halld.service") {
		if strings.HasPrefix(line, "[") {
			section = strings.Trim(line, "[]")
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || section == "" {
			t.Errorf("halld.service: %q is no setting of a section", line)
		}
		all = append(all, setting{section, key, value})
	}
	return all
}

// TestUnitKeepsItsPromises holds the unit to what the daemon and the contract
// count on.
func TestUnitKeepsItsPromises(t *testing.T) {
	have := unit(t)
	for _, want := range []setting{
		{"Unit", "StartLimitIntervalSec", "0"},
		{"Service", "Type", "notify"},
		{"Service", "ExecStart", "/usr/bin/halld run --config /etc/halld/hall.toml"},
		{"Service", "RestartPreventExitStatus", "2"},
		{"Service", "WatchdogSec", "30"},
		{"Service", "RuntimeDirectory", "halld"}, // socket = /run/halld/halld.sock
		{"Service", "StateDirectory", "halld"},   // data_dir = /var/lib/halld
		{"Service", "DevicePolicy", "closed"},
	} {
		if !slices.Contains(have, want) {
			t.Errorf("halld.service lacks %s=%s in [%s]", want.key, want.value, want.section)
		}
	}
	for _, s := range have {
		if strings.Contains(s.value, "network-online") || strings.Contains(s.value, "time-sync") {
			t.Errorf("%s=%s makes a hall wait for the county", s.key, s.value)
		}
		if s.key == "ExecStartPre" {
			t.Error("an ExecStartPre that fails is restarted for ever: RestartPreventExitStatus does not count for it")
		}
	}
}

// TestACrashIsRestarted: a Go program that panics leaves with 2, the code that
// systemd must not restart. The unit's environment turns that into a signal.
func TestACrashIsRestarted(t *testing.T) {
	if os.Getenv("HALLD_TEST_CRASH") != "" {
		panic("as a bug would")
	}
	crash := func(env ...string) *exec.ExitError {
		cmd := exec.Command("/bin/sh", "-c", `ulimit -c 0; exec "$0" -test.run=^TestACrashIsRestarted$`, os.Args[0])
		cmd.Env = append([]string{"HALLD_TEST_CRASH=1", "TMPDIR=" + os.TempDir()}, env...)
		var exit *exec.ExitError
		if err := cmd.Run(); !errors.As(err, &exit) {
			t.Fatalf("a panic ends with %v, want a failure", err)
		}
		return exit
	}
	var env []string
	for _, s := range unit(t) {
		if s.key == "Environment" {
			env = append(env, s.value)
		}
	}
	if code := crash().ExitCode(); code != 2 {
		t.Errorf("without the unit's environment a panic exits %d; the reason for it has gone", code)
	}
	status, _ := crash(env...).Sys().(syscall.WaitStatus)
	if !status.Signaled() || status.Signal() != syscall.SIGABRT {
		t.Errorf("with the unit's environment a panic ends with %v, want SIGABRT", status)
	}
}

func TestEveryGroupIsMade(t *testing.T) {
	var made, used []string
	for _, line := range read(t, "halld.sysusers") {
		f := strings.Fields(line)
		if len(f) < 3 || f[0] != "u" && f[0] != "g" {
			t.Fatalf("halld.sysusers: %q is neither a user nor a group", line)
		}
		made = append(made, f[1])
	}
	for _, s := range unit(t) {
		if s.key == "SupplementaryGroups" || s.key == "Group" {
			used = append(used, strings.Fields(s.value)...)
		}
	}
	for _, m := range regexp.MustCompile(`GROUP="(\w+)"`).FindAllStringSubmatch(strings.Join(read(t, "60-halld.rules"), "\n"), -1) {
		used = append(used, m[1])
	}
	for _, g := range used {
		if !slices.Contains(made, g) {
			t.Errorf("group %s is used and not made; a unit with an unknown group does not start", g)
		}
	}
}

var (
	ruleToken = regexp.MustCompile(`^([A-Z]+)(\{[^}]+\})?(==|!=|=|\+=|-=|:=)"([^"]*)"$`)
	matchKeys = strings.Fields("ACTION SUBSYSTEM DRIVER KERNEL TEST")
	setKeys   = strings.Fields("GROUP MODE SYMLINK RUN GOTO LABEL")
	ruleKeys  = slices.Concat(matchKeys, setKeys, []string{"ATTR", "ENV", "TAG"}) // either way
)

// TestRules parses the udev rules, those in the comments too: an installer
// copies them.
func TestRules(t *testing.T) {
	text, err := os.ReadFile("60-halld.rules")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile(`(?m)^#   (SUBSYSTEM==.*)$`).FindAllStringSubmatch(string(text), -1)
	rules := read(t, "60-halld.rules")
	for _, e := range examples {
		rules = append(rules, e[1])
	}
	if len(examples) < 4 {
		t.Errorf("%d examples of device names, want one a device at least", len(examples))
	}
	labels := map[string]int{}
	for _, rule := range rules {
		for _, token := range strings.Split(rule, ", ") {
			m := ruleToken.FindStringSubmatch(token)
			if m == nil || !slices.Contains(ruleKeys, m[1]) {
				t.Errorf("%q in rule %q is no udev token", token, rule)
				continue
			}
			if m[1] == "GOTO" || m[1] == "LABEL" {
				labels[m[4]]++
			}
			compares := m[3] == "==" || m[3] == "!="
			if compares && slices.Contains(setKeys, m[1]) || !compares && slices.Contains(matchKeys, m[1]) {
				t.Errorf("%q sets what is matched, or matches what is set", token)
			}
		}
	}
	if diff := cmp.Diff(labels, map[string]int{"halld_end": 2}); diff != "" {
		t.Errorf("jumps and labels (-got +want):\n%s", diff)
	}
}

func TestTmpfiles(t *testing.T) {
	line := regexp.MustCompile(`^[dz]\s+/(etc|var/lib)/halld\S*\s+0[0-7]{3}\s+(root|halld)\s+(root|halld)\s+-$`)
	for _, l := range read(t, "halld.tmpfiles") {
		if !line.MatchString(l) {
			t.Errorf("halld.tmpfiles: %q is not type, path, mode, user, group, age", l)
		}
		if strings.Contains(l, ".key") && !strings.Contains(l, "0640") {
			t.Errorf("%q lets others read keys", l)
		}
	}
}

// TestWithSystemdItself asks the real tools, where the machine has them.
func TestWithSystemdItself(t *testing.T) {
	text, err := os.ReadFile("halld.service")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	copied := filepath.Join(dir, "halld.service") // with a program that is there
	if err := os.WriteFile(copied, bytes.ReplaceAll(text, []byte("/usr/bin/halld "), []byte("/bin/true ")), 0o600); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(dir, "root")
	if err := os.MkdirAll(filepath.Join(root, "etc"), 0o755); err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"systemd-analyze", "verify", "--recursive-errors=no", copied},
		{"systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager", copied},
		{"systemd-sysusers", "--root=" + root, filepath.Join(here, "halld.sysusers")},
		{"udevadm", "verify", filepath.Join(here, "60-halld.rules")},
	} {
		if !has(args[0], args[1]) {
			t.Logf("no %s %s here; only the rules above were checked", args[0], args[1])
			continue
		}
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// has says whether a tool is here and knows the verb or option; older ones of
// the same name know fewer.
func has(tool, verb string) bool {
	help, err := exec.Command(tool, "--help").CombinedOutput()
	verb, _, _ = strings.Cut(verb, "=")
	return err == nil && bytes.Contains(help, []byte(verb))
}
