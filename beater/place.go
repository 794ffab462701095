// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"fmt"
	"path/filepath"

	"github.com/espbeat/espbeat/capture/discover"
	"github.com/espbeat/espbeat/config"
)

// place says where the packets of a capture file are: the store's id, the file's name beneath it, and the mark of what it begins with.
type place struct{ store, file, mark string }

// placeOf is the place of a file that lies in a folder of captures. The name has no links in it, since none is followed when packets are found again.
func placeOf(file discover.File, in *config.Capture) (place, error) {
	name, err := beneath(in.Root, file.Path)
	if err != nil {
		return place{}, fmt.Errorf("%s: its documents will not say where their packets are: %w: set capture.root of the input to a folder that it lies in", file.Path, err)
	}
	return place{in.ID, filepath.ToSlash(name), file.Identity.Mark()}, nil
}

func beneath(root, path string) (string, error) {
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		return "", err
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", err
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return "", err
	}
	name, err := filepath.Rel(root, path)
	if err == nil && !filepath.IsLocal(name) {
		err = fmt.Errorf("it is not beneath %s", root)
	}
	return name, err
}
