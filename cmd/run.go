// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/elastic/beats/v7/libbeat/cfgfile"
	"github.com/elastic/beats/v7/libbeat/cmd/instance"
	conf "github.com/elastic/elastic-agent-libs/config"

	"github.com/espbeat/espbeat/beater"
	"github.com/espbeat/espbeat/progress"
)

// run is the command without a name, and "run".
func (a *app) run(settings instance.Settings) int {
	if a.flags.list {
		if err := beater.List(os.Stdout); err != nil {
			return failed(err)
		}
		return exitOK
	}
	p, err := a.plan()
	if err == nil && managed(p.libbeat, overwrites()) {
		err = beater.CanBeManaged()
	}
	if err == nil {
		err = beater.Check(p.espbeat)
	}
	if err == nil {
		err = checkPrivileges(p)
	}
	if err == nil && p.espbeat.AsksTshark() {
		err = allowTshark()
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "espbeat: %v\n", err)
		return exitUsage
	}
	if err := a.changeUser(p, true); err != nil {
		return failed(err)
	}
	if p.print {
		return a.print(p)
	}
	return a.publish(p, settings)
}

// plan reads what there is to read and settles what to do.
func (a *app) plan() (*plan, error) {
	var files *conf.C
	var read []string
	given := a.configGiven()
	if given || !a.flags.capture() {
		if !given && missing(cfgfile.GetDefaultCfgfile()) && !managed(overwrites()) && !isSet("espbeat.inputs", overwrites()) && !isSet("espbeat.config.inputs", overwrites()) {
			if err := a.flags.check(); err != nil {
				return nil, err
			}
			return nil, errNothingToRead
		}
		if given || !missing(cfgfile.GetDefaultCfgfile()) {
			var err error
			if files, err = readFiles(); err != nil {
				return nil, err
			}
			read = configFiles()
		}
	}
	p, err := configure(&a.flags, files, overwrites())
	if err == nil {
		p.files = read
	}
	return p, err
}

func failed(err error) int {
	fmt.Fprintf(os.Stderr, "espbeat: %v\n", err)
	return exitFailed
}

// untilSignal returns a context that the first signal to stop ends. A second one finds no handler any more and ends the process.
func untilSignal() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// print writes to standard output, without libbeat.
func (a *app) print(p *plan) int {
	ctx, stop := untilSignal()
	defer stop()
	reported := false
	err := beater.Print(ctx, p.espbeat, a.beater.Release, beater.PrintOptions{
		Format: p.format,
		Color:  colored(a.flags.color, os.Stdout),
		Out:    os.Stdout,
		Report: func(s string) { reported = true; fmt.Fprintf(os.Stderr, "espbeat: %s\n", s) },
	})
	if err == nil {
		return exitOK
	}
	if !reported {
		return failed(err)
	}
	return exitFailed
}

// colored decides on colours: only where somebody looks, unless asked for.
func colored(mode string, f *os.File) bool {
	if mode != "auto" {
		return mode == "always"
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// publish runs the Beat.
func (a *app) publish(p *plan, settings instance.Settings) int {
	cleanup, err := a.isolate(p)
	defer cleanup()
	if err != nil {
		return failed(err)
	}
	if err := useEmptyConfig(); err != nil {
		return failed(err)
	}
	settings.ConfigOverrides = []cfgfile.ConditionalOverride{{
		Check:  func(*conf.C) bool { dropEmptyConfig(); return true },
		Config: p.libbeat,
	}}
	a.beater.Forget = p.privateData
	if p.interactive {
		out := io.Writer(os.Stderr)
		if bar := progress.NewBar(os.Stderr); bar != nil && p.espbeat.Finite() {
			out, a.beater.Progress = bar, bar.Run
		}
		tap, err := tapStderr(out, a.outcome)
		if err != nil {
			return failed(err)
		}
		defer tap.close()
		a.beater.Report = tap.say
		go a.secondSignal(tap, cleanup)
	}
	if err := instance.Run(settings, beater.New(a.beater)); err != nil {
		return exitFailed // libbeat has printed it
	}
	err = a.outcome.Err()
	switch {
	case err == nil:
		return exitOK
	case p.interactive:
		return exitFailed // it was said when it happened
	}
	return failed(err)
}

// secondSignal ends the process at once: the first is libbeat's, which stops in order.
func (a *app) secondSignal(tap *tap, cleanup func()) {
	c := make(chan os.Signal, 2)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	<-c
	tap.say("stopping: publishing what was read; once more ends at once")
	<-c
	cleanup()
	tap.say("ended at once; packets that were not acknowledged may be missing")
	tap.close()
	os.Exit(exitStopped)
}

// isolate gives the run a data directory of its own, so that several run at once
// and nothing is left. The keystore stays the one of the installation.
func (a *app) isolate(p *plan) (func(), error) {
	if !p.privateData {
		return func() {}, nil
	}
	dir, err := os.MkdirTemp("", "espbeat-")
	if err != nil {
		return func() {}, fmt.Errorf("make a data directory for this run: %w", err)
	}
	cleanup := func() {
		// An output that is connecting just now may put one more file there.
		for range 3 {
			if os.RemoveAll(dir) == nil {
				return
			}
		}
	}
	set := map[string]any{"path.data": dir}
	if !isSet("keystore.path", p.libbeat, overwrites()) {
		store := filepath.Join(home(), "data", Name+".keystore")
		switch f, err := os.Open(store); {
		case err == nil:
			_ = f.Close()
			set["keystore.path"] = store
		case !errors.Is(err, fs.ErrNotExist): // another user's: most runs need nothing of it, and those that do fail by what they miss
			fmt.Fprintf(os.Stderr, "espbeat: the keystore is left out: %v\n", err)
		}
	}
	return cleanup, p.libbeat.Merge(set)
}

// home is where libbeat looks for data: --path.home, or where the binary is.
func home() string {
	if s, err := overwrites().String("path.home", -1); err == nil {
		return s
	}
	dir, err := filepath.Abs(filepath.Dir(os.Args[0]))
	if err != nil {
		return "."
	}
	return dir
}
