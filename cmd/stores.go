// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/pcap"
	"github.com/espbeat/espbeat/store"
	"github.com/espbeat/espbeat/store/remote"
)

// storeFlags say where captures are, and what opens those of others.
type storeFlags struct {
	stores              []string
	tokenFile, tokenKey string
}

func (f *storeFlags) register(fs *pflag.FlagSet, stores string) {
	fs.StringArrayVar(&f.stores, "store", nil, stores)
	fs.StringVar(&f.tokenFile, "token-file", "", "`file` that holds the token of espbeat pcap serve")
	fs.StringVar(&f.tokenKey, "token-key", "", "`name` of that token in the keystore of espbeat")
}

// token reads the token; it is "" when no flag names one.
func (f *storeFlags) token(in *installation) (string, error) {
	switch {
	case f.tokenFile != "" && f.tokenKey != "":
		return "", errors.New("--token-file and --token-key both name a token: give one of them")
	case f.tokenFile != "":
		b, err := os.ReadFile(f.tokenFile)
		if err != nil {
			return "", fmt.Errorf("--token-file: %w", err)
		}
		return strings.TrimSpace(string(b)), nil
	case f.tokenKey != "":
		secret, err := in.keystore.Retrieve(f.tokenKey)
		if err != nil {
			return "", fmt.Errorf("--token-key %s: %w: add it with `espbeat keystore add %[1]s`", f.tokenKey, err)
		}
		b, err := secret.Get()
		return strings.TrimSpace(string(b)), err
	}
	return "", nil
}

// local are the folders of captures, by what packet.capture.id names them: those of the configuration, where they are on this host, and those that
// --store gives.
func (f *storeFlags) local(in *installation) (map[string]string, error) {
	at := map[string]string{}
	if s := &in.espbeat.Store; s.Enabled {
		path := cmp.Or(s.Path, "store")
		if !filepath.IsAbs(path) {
			path = filepath.Join(in.data, path)
		}
		if err := addFolder(at, "", path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	for _, i := range in.espbeat.Enabled() {
		if c := i.Capture; i.Type == config.TypeFile && c.ID != "" && !missing(c.Root) {
			at[c.ID] = c.Root
		}
	}
	for _, s := range f.stores {
		if isURL(s) {
			continue
		}
		id, path, named := strings.Cut(s, "=")
		if !named || strings.ContainsRune(id, filepath.Separator) {
			id, path = "", s
		}
		if err := addFolder(at, id, path); err != nil {
			return nil, err
		}
	}
	return at, nil
}

// addFolder adds a folder, by the id that an espbeat gave it unless it has another.
func addFolder(at map[string]string, id, path string) error {
	root, err := store.OpenRoot(path)
	if err != nil {
		return err
	}
	defer root.Close()
	if id == "" {
		if id, err = root.ID(); err != nil {
			return err
		}
	}
	if id == "" {
		return fmt.Errorf("--store %s: it is not espbeat's own capture store, so that nothing says its id: give it as ID=%[1]s, with the capture.id of the input that read the files", path)
	}
	at[id] = path
	return nil
}

func isURL(s string) bool { return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") }

// openFolder opens a folder of captures.
func openFolder(path string) (*store.Reader, error) {
	root, err := store.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return store.NewReader(root), nil
}

// finders are the stores that packets can come from, and what closes them.
func (f *storeFlags) finders(ctx context.Context, in *installation, authority string) (all map[string]pcap.Finder, closers []func(), err error) {
	all = map[string]pcap.Finder{}
	folders, err := f.local(in)
	if err != nil {
		return nil, nil, err
	}
	for id, path := range folders {
		r, err := openFolder(path)
		if err != nil {
			return nil, closers, err
		}
		all[id] = r
		closers = append(closers, func() { _ = r.Close() })
	}
	token, err := f.token(in)
	if err != nil {
		return nil, closers, err
	}
	secure, err := trust(authority)
	if err != nil {
		return nil, closers, err
	}
	for _, s := range f.stores {
		if !isURL(s) {
			continue
		}
		c, err := remote.NewClient(s, token, secure)
		if err != nil {
			return nil, closers, fmt.Errorf("--store %w", err)
		}
		closers = append(closers, c.Close)
		ids, err := c.Stores(ctx)
		if err != nil {
			return nil, closers, err
		}
		for _, id := range ids {
			if all[id] == nil { // what lies here is nearer
				all[id] = c.Store(id)
			}
		}
	}
	return all, closers, nil
}

// trust is what certificates of servers are checked against: those of a file, or of the system when there is none.
func trust(authority string) (*tls.Config, error) {
	if authority == "" {
		return nil, nil
	}
	b, err := os.ReadFile(authority)
	if err != nil {
		return nil, fmt.Errorf("--store-ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, fmt.Errorf("--store-ca %s: there is no certificate in it: give a PEM file of the authority that signed the server's", authority)
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, nil
}
