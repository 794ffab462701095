// SPDX-License-Identifier: Apache-2.0

package preflight

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/shirou/gopsutil/v4/disk"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/capture/discover"
	"github.com/espbeat/espbeat/config"
)

// files looks for the captures of an input.
func files(in *config.Input) []Finding {
	subject := "files of " + in.ID
	var all []Finding
	if in.Filter != "" {
		f := Finding{Subject: "filter of " + in.ID, Text: fmt.Sprintf("%q compiles", in.Filter)}
		if _, err := capture.NewFilterSet(in.Filter); err != nil {
			f.Status, f.Text = Fail, err.Error()
		}
		all = append(all, f)
	}
	wrong := func(err error) {
		f := Finding{Status: Fail, Subject: subject, Text: err.Error()}
		if in.Watch && !errors.Is(err, fs.ErrPermission) {
			f.Status = Warn // it may come yet
		}
		all = append(all, f)
	}
	found, err := discover.New(discover.Options{Paths: in.Paths, Exclude: in.Exclude, IgnoreOlder: in.IgnoreOlder, Skipped: func(_ string, err error) {
		if !errors.Is(err, capture.ErrNotCapture) {
			wrong(err)
		}
	}})
	if err != nil {
		return append(all, Finding{Status: Fail, Subject: subject, Text: err.Error()})
	}
	defer found.Close()
	n, streams := 0, 0
	for {
		file, err := found.Next(context.Background())
		if errors.Is(err, io.EOF) {
			break
		}
		switch {
		case err != nil:
			wrong(err)
		case file.Path == "-" || capture.IsAddress(file.Path):
			streams++
		default:
			n++
		}
	}
	text := fmt.Sprintf("%d captures can be read in %s", n, strings.Join(in.Paths, ", "))
	if streams > 0 {
		text += fmt.Sprintf(", and %d streams that are not tried", streams)
	}
	return append(all, Finding{Subject: subject, Text: text})
}

// lowSpace is the free space, bytes, below which a warning is due: the progress of many captures takes some MiB, logs ten times that.
const lowSpace = 100 << 20

// data looks at path.data; a start as root gives what root owns to user.
func data(path, user string) Finding {
	f := Finding{Subject: "disk"}
	at := path
	for { // the folder itself, or where it will be made
		_, err := os.Stat(at)
		if !errors.Is(err, fs.ErrNotExist) || at == filepath.Dir(at) {
			break
		}
		at = filepath.Dir(at)
	}
	probe, err := os.CreateTemp(at, ".espbeat-test-")
	switch {
	case err == nil:
		_ = probe.Close()
		_ = os.Remove(probe.Name())
	case user != "" && errors.Is(err, fs.ErrPermission):
		f.Text = fmt.Sprintf("path.data %s: a start as root gives it to %s, if root owns it", path, user)
	default:
		f.Status, f.Text = Fail, fmt.Sprintf("path.data %s: %v", path, err)
		f.Remedy = "let this user write there and leave room on that disk, or set another path.data"
		return f
	}
	usage, err := disk.Usage(at)
	if err != nil {
		f.Status, f.Text = Warn, fmt.Sprintf("path.data %s: read the free space: %v", path, err)
		return f
	}
	if f.Text == "" {
		f.Text = fmt.Sprintf("path.data %s can be written", path)
	}
	f.Text += fmt.Sprintf(", %d MiB are free", usage.Free>>20)
	if usage.Free < lowSpace {
		f.Status, f.Remedy = Warn, "make room: without it progress is not recorded, and files are read again by the next run"
	}
	return f
}
