// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
)

func TestErrorsAfterTheDropSayWhy(t *testing.T) {
	err := fmt.Errorf("may not capture on lo: %w", syscall.EPERM)
	if got := explainDropped(err); !errors.Is(got, syscall.EPERM) || !strings.Contains(got.Error(), "espbeat.privileges.drop: all gave every capability up") {
		t.Error(got)
	}
	if err = syscall.ENODEV; explainDropped(err) != err { //nolint:errorlint // the same, not one like it
		t.Error("another error is explained, too")
	}
}
