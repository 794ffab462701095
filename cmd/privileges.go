// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"errors"
	"flag"
	"fmt"
	"path/filepath"

	conf "github.com/elastic/elastic-agent-libs/config"

	"github.com/espbeat/espbeat/privileges"
)

// checkPrivileges refuses what cannot be, and lets a run give its capabilities up under the system call policy.
func checkPrivileges(p *plan) error {
	own := &p.espbeat.Privileges
	if !own.Set() {
		return nil
	}
	if managed(p.libbeat, overwrites()) {
		return errors.New("espbeat.privileges: not under Elastic Agent, which decides who its inputs run as, and may give them others at any time: remove it")
	}
	return allowDrop(own)
}

// changeUser goes on as espbeat.privileges.user, in a new program, when this one runs as root. It comes before anything that is to be the user's is
// opened or made. handOver: the folders of the installation become the user's.
func (a *app) changeUser(p *plan, handOver bool) error {
	own := &p.espbeat.Privileges
	if own.User == "" {
		return nil
	}
	change := privileges.Change{User: own.User, Group: own.Group, Keep: privileges.Needed(&p.espbeat), Readable: p.files, Args: a.args}
	if handOver && !p.privateData {
		at, err := foldersOf(p)
		if err != nil {
			return err
		}
		change.Folders, change.Files = []string{at.data}, []string{at.keystore}
		if !p.interactive && flag.Lookup("e").Value.String() != "true" {
			change.Folders = append(change.Folders, at.logs)
		}
	}
	return change.Do()
}

// folders are where an installation keeps what it writes.
type folders struct{ config, data, logs, keystore string }

// foldersOf finds them as libbeat does.
func foldersOf(p *plan) (folders, error) {
	all, err := conf.MergeConfigs(p.libbeat, overwrites())
	if err != nil {
		return folders{}, fmt.Errorf("merge the configuration with -E: %w", err)
	}
	return foldersIn(all), nil
}

// foldersIn finds them in a whole configuration.
func foldersIn(all *conf.C) folders {
	set := func(key, def string) string {
		if s, err := all.String(key, -1); err == nil && s != "" {
			return s
		}
		return def
	}
	base := set("path.home", home())
	at := folders{config: set("path.config", base), data: set("path.data", filepath.Join(base, "data")), logs: set("path.logs", filepath.Join(base, "logs"))}
	at.keystore = set("keystore.path", filepath.Join(at.data, Name+".keystore"))
	return at
}
