// SPDX-License-Identifier: Apache-2.0

// Package cmd is the command line: libbeat's commands, and the capture flags, which
// become configuration here and nowhere else.
package cmd

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/cfgfile"
	lbcmd "github.com/elastic/beats/v7/libbeat/cmd"
	"github.com/elastic/beats/v7/libbeat/common"
	conf "github.com/elastic/elastic-agent-libs/config"

	"github.com/espbeat/espbeat/beater"
)

// Name of the Beat: of the binary, the configuration section and the metrics.
const Name = "espbeat"

// Exit statuses.
const (
	exitOK      = 0
	exitFailed  = 1 // something was not read or not stored
	exitUsage   = 2 // the command line or configuration asks for what cannot be
	exitStopped = 130
)

const example = `  espbeat --file trace.pcapng                              one readable line a packet
  espbeat --file trace.pcapng --format ecs                 one document a line, as JSON
  espbeat --file trace.pcapng --node localhost:9200        index them in Elasticsearch
  sudo espbeat --nic eth0 --bpf 'port 53' --node https://…  live
  espbeat -c espbeat.yml                                   the Beat, by its configuration`

// app is the command line of one process.
type app struct {
	flags   flags
	root    *lbcmd.BeatsRootCmd
	beater  beater.Options
	outcome *beater.Outcome
	noILM   bool
	// testCapture is the command that reads the configuration as a run does.
	testCapture *cobra.Command
	// noRollover: setup changes the template and leaves the data stream.
	noRollover bool
	// args is the whole command line: prepare shortens os.Args.
	args []string
	// base lies under what libbeat reads from files, for the commands that it runs itself.
	base *conf.C
	code int
}

// Execute runs the command line and returns the exit status.
func Execute() int {
	tuneGC()
	if err := allowSyscalls(); err != nil {
		fmt.Fprintf(os.Stderr, "espbeat: %v\n", err)
		return exitFailed
	}
	a := newApp()
	defer dropEmptyConfig()
	if err := a.root.Execute(); err != nil {
		fmt.Fprintf(os.Stderr, "espbeat: %v\nespbeat --help shows what can be given.\n", err)
		return exitUsage
	}
	return a.code
}

func newApp() *app {
	a := &app{outcome: beater.NewOutcome(), base: conf.NewConfig(), args: os.Args}
	output := beater.NewOutput()
	a.beater = beater.Options{Release: release(), Outcome: a.outcome, Output: output}
	settings := beater.Settings(beater.SettingsOptions{
		Release:     release(),
		Output:      output,
		NoLifecycle: func() bool { return a.noILM },
		NoRollover:  func() bool { return a.noRollover },
	})
	settings.RunFlags = pflag.NewFlagSet("capture", pflag.ContinueOnError)
	a.flags.register(settings.RunFlags)
	settings.ConfigOverrides = []cfgfile.ConditionalOverride{{Check: a.underFiles, Config: a.base}}

	a.root = lbcmd.GenRootCmdWithSettings(func(b *beat.Beat, c *conf.C) (beat.Beater, error) {
		return beater.New(a.beater)(b, c)
	}, settings)
	a.root.Short = "Puts every packet, with every layer, into Elasticsearch"
	a.root.Example = example
	a.root.SilenceErrors, a.root.SilenceUsage = true, true
	run := func(cmd *cobra.Command, args []string) { a.code = a.run(settings) }
	a.root.Run, a.root.RunCmd.Run = run, run
	a.root.RunCmd.Args = cobra.NoArgs
	a.root.VersionCmd.Run = func(*cobra.Command, []string) { fmt.Println(versionText()) }
	a.root.SetupCmd.Flags().BoolVar(&a.noRollover, "no-rollover", false, "Leave the data stream as it is when its template changes")
	a.root.TestCmd.AddCommand(a.testCaptureCmd())
	a.root.AddCommand(a.queryCmd(), a.pcapCmd())
	a.root.PersistentPreRunE = a.prepare
	return a
}

// prepare comes before each command. libbeat parses os.Args a second time, with
// flags of the standard library, which know nothing of ours: cobra has set them all.
func (a *app) prepare(cmd *cobra.Command, _ []string) error {
	os.Args = os.Args[:1]
	if f := cmd.Flags().Lookup("noilm"); f != nil {
		a.noILM = f.Value.String() == "true"
	}
	if cmd == &a.root.Command || cmd == a.root.RunCmd || cmd == a.testCapture {
		return nil
	}
	// Commands such as export and test make sense without any configuration.
	if !a.configGiven() && missing(cfgfile.GetDefaultCfgfile()) {
		return useEmptyConfig()
	}
	return nil
}

// underFiles is called by libbeat with the files that it has read, for the commands
// that libbeat runs itself.
func (a *app) underFiles(files *conf.C) bool {
	dropEmptyConfig()
	if err := a.base.Merge(libbeatDefaults(files, overwrites(), false)); err != nil {
		fmt.Fprintf(os.Stderr, "espbeat: apply the defaults: %v\n", err)
	}
	return true
}

// configGiven tells whether -c was on the command line.
func (a *app) configGiven() bool {
	for _, c := range append(a.root.Commands(), &a.root.Command) {
		if c.Flags().Changed("c") || c.PersistentFlags().Changed("c") || c.InheritedFlags().Changed("c") {
			return true
		}
	}
	return a.root.PersistentFlags().Changed("c")
}

func missing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// configFiles are the paths of -c, as libbeat finds them.
func configFiles() []string {
	var paths []string
	for _, p := range configFlag().List() {
		if !filepath.IsAbs(p) {
			p = filepath.Join(cfgfile.GetPathConfig(), p)
		}
		paths = append(paths, p)
	}
	return paths
}

func configFlag() *conf.StringsFlag { return flag.Lookup("c").Value.(*conf.StringsFlag) }

// overwrites is what -E and the path flags set.
func overwrites() *conf.C { return flag.Lookup("E").Value.(*conf.SettingsFlag).Config() }

// readFiles reads what -c names by libbeat's rules, those of permissions included.
func readFiles() (*conf.C, error) {
	paths := configFiles()
	c, err := common.LoadFiles(paths...)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w%s", err, permissionHint(paths))
	}
	return c, nil
}

// permissionHint says what to do about a file that libbeat refuses for its owner or mode.
func permissionHint(paths []string) string {
	if !common.IsStrictPerms() {
		return ""
	}
	for _, p := range paths {
		if !missing(p) && common.OwnerHasExclusiveWritePerms(p) != nil {
			return fmt.Sprintf(" (make %s belong to you or root and be writable by its owner only, or give --strict.perms=false)", p)
		}
	}
	return ""
}

// useEmptyConfig has libbeat read nothing: what it needs comes as an override. It
// insists on a file, which is gone again when it has been read.
func useEmptyConfig() error {
	f, err := os.CreateTemp("", "espbeat-empty-*.yml") // mode 0600 whatever the umask
	if err != nil {
		return fmt.Errorf("make an empty configuration for libbeat: %w", err)
	}
	configFlag().SetDefault(f.Name())
	return f.Close()
}

// dropEmptyConfig removes the file of useEmptyConfig.
func dropEmptyConfig() {
	for _, p := range configFlag().List() {
		if ok, _ := filepath.Match("espbeat-empty-*.yml", filepath.Base(p)); ok {
			_ = os.Remove(p)
		}
	}
}
