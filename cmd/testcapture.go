// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"fmt"
	"io"
	"os"

	"github.com/elastic/elastic-agent-libs/logp"
	"github.com/spf13/cobra"

	"github.com/espbeat/espbeat/beater"
	"github.com/espbeat/espbeat/beater/preflight"
)

// testCaptureCmd is `espbeat test capture`.
func (a *app) testCaptureCmd() *cobra.Command {
	a.testCapture = &cobra.Command{
		Use:   "capture",
		Short: "Test permissions, interfaces, offloads, buffers, filters, files and disk",
		Long: "Looks at everything that the inputs of the configuration, or of the flags, need, before they run: a line each, with what to do.\n" +
			"The exit status is 1 when something would stop a run or lose packets.",
		Args: cobra.NoArgs,
		Run:  func(*cobra.Command, []string) { a.code = a.runTestCapture(os.Stdout) },
	}
	a.flags.registerInputs(a.testCapture.Flags())
	return a.testCapture
}

func (a *app) runTestCapture(out io.Writer) int {
	p, err := a.plan()
	if err == nil {
		err = checkPrivileges(p)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "espbeat: %v\n", err)
		return exitUsage
	}
	// As the user of a run, who may see less than root; what a start would hand over stays.
	if err := a.changeUser(p, false); err != nil {
		return failed(err)
	}
	at, err := foldersOf(p)
	if err != nil {
		return failed(err)
	}
	opt := preflight.Options{CompileDisplay: func(text string) error {
		_, err := beater.CompileFilter(text, "full")
		return err
	}}
	if opt.Program, err = os.Executable(); err != nil {
		opt.Program = Name
	}
	if !p.privateData {
		opt.Data = at.data
	}
	if files := p.espbeat.InputFiles(); files != nil {
		if err := beater.LoadInputs(&p.espbeat, files.In(at.config), logp.NewNopLogger()); err != nil {
			return failed(err)
		}
	}
	all := preflight.Run(&p.espbeat, opt)
	for _, f := range all {
		fmt.Fprintln(out, f)
	}
	if preflight.Failed(all) {
		return exitFailed
	}
	return exitOK
}
