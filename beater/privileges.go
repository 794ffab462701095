// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/privileges"
)

// dropPrivileges gives the capabilities up, if that is configured; the inputs are open by then.
func dropPrivileges(cfg *config.Config) error {
	if cfg.Privileges.Drop != config.DropAll {
		return nil
	}
	return privileges.DropAll()
}

// explainDropped tells why an interface cannot be opened once the capabilities are gone.
func explainDropped(err error) error {
	if !privileges.Dropped() || !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return fmt.Errorf("%w (espbeat.privileges.drop: all gave every capability up when the first inputs were open: start espbeat again, or set drop: keep)", err)
}
