// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"errors"
	"fmt"

	"github.com/elastic/beats/v7/libbeat/cloudid"
	"github.com/elastic/beats/v7/libbeat/common"
	conf "github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/keystore"
	ucfg "github.com/elastic/go-ucfg"

	"github.com/espbeat/espbeat/config"
)

// installation is what a configuration says, for commands that run no Beat.
type installation struct {
	all     *conf.C // files with -E
	espbeat config.Config
	folders
	keystore keystore.Keystore
}

// install reads the configuration, by libbeat's rules and with its keystore, and replaces its output by nodes, if there are some. With nodes and without -c no
// file is read, as with capture flags.
func (a *app) install(nodes []string) (*installation, error) {
	files := conf.NewConfig()
	if a.configGiven() || len(nodes) == 0 {
		var err error
		if files, err = readFiles(); err != nil {
			return nil, err
		}
	}
	over := overwrites()
	if len(nodes) > 0 {
		if err := replaceOutput(&flags{nodes: nodes}, files, over); err != nil {
			return nil, err
		}
	}
	in := &installation{}
	var err error
	if in.all, err = conf.MergeConfigs(files, over); err != nil {
		return nil, fmt.Errorf("merge the configuration with -E: %w", err)
	}
	in.folders = foldersIn(in.all)
	section, _ := in.all.Child("keystore", -1) // may be missing
	if in.keystore, err = keystore.Factory(section, in.folders.keystore, common.IsStrictPerms()); err != nil {
		return nil, fmt.Errorf("open the keystore: %w", err)
	}
	// As libbeat does it for a run: ${NAME} is a secret of the keystore or a variable of the environment.
	conf.OverwriteConfigOpts([]ucfg.Option{ucfg.PathSep("."), ucfg.Resolve(keystore.ResolverWrap(in.keystore)), ucfg.ResolveEnv, ucfg.VarExp})
	if err := cloudid.OverwriteSettings(in.all); err != nil {
		return nil, fmt.Errorf("cloud.id: %w", err)
	}
	in.espbeat, err = parseEspbeat(in.all, conf.NewConfig())
	return in, err
}

// output is the section output.elasticsearch.
func (in *installation) output() (*conf.C, error) {
	if !in.all.HasField("output") {
		return nil, errors.New("nothing to search: give --node with the address of Elasticsearch, or -c with a configuration that has output.elasticsearch")
	}
	out, err := in.all.Child("output", -1)
	if err == nil {
		out, err = out.Child("elasticsearch", -1)
	}
	if err != nil {
		return nil, errors.New("nothing to search: the configured output is not elasticsearch: give --node with the address of Elasticsearch")
	}
	return out, nil
}
