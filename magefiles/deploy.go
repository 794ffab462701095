// SPDX-License-Identifier: Apache-2.0

//go:build mage

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// nfpm's version, run from the module proxy as staticcheck is. Later ones need modules that the proxy does not have.
const nfpm = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2"

// Deploy checks deploy/ with the public linters and schemas of what is in it, and the configurations there with ./espbeat.
func Deploy() error {
	if err := Build(); err != nil {
		return err
	}
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	const module = "tools/deploycheck"
	return errors.Join(
		run("go", "-C", module, "vet", "./..."),
		run("go", "-C", module, "run", staticcheck, "./..."),
		run("go", "-C", module, "test", "-count=1", "./..."), // the files of deploy/ lie outside the module: the cache would not see them change
		run("go", "-C", module, "run", ".", "-espbeat", filepath.Join(root, "espbeat"), root))
}

// Dist makes build/packages/*.deb and *.rpm for this machine's architecture.
func Dist() error {
	if err := Build(); err != nil {
		return err
	}
	const root, to = "build/root", "build/packages"
	if err := errors.Join(os.RemoveAll(root), os.RemoveAll(to), os.MkdirAll(to, 0o755)); err != nil {
		return err
	}
	if err := run("deploy/layout.sh", root); err != nil {
		return err
	}
	printed, err := output("./espbeat", "version")
	if err != nil {
		return err
	}
	words := strings.Fields(printed) // espbeat version 1.2.3 …
	if len(words) < 3 {
		return fmt.Errorf("./espbeat version prints %q: there is no version in it", printed)
	}
	env := []string{"VERSION=" + words[2], "ARCH=" + runtime.GOARCH}
	var errs []error
	for _, kind := range []string{"deb", "rpm"} {
		errs = append(errs, runWith(env, "go", "run", nfpm, "package", "--config", "deploy/packages/nfpm.yaml", "--packager", kind, "--target", to+"/"))
	}
	return errors.Join(errs...)
}
