// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"errors"
	"fmt"
	"io"
)

// ErrNotCapture is wrapped by the errors of inputs that hold no capture at all:
// an empty file, a directory, a format that is not known.
var ErrNotCapture = errors.New("not a capture")

// ErrRemoved is wrapped by the error of a live capture whose interface is no longer there.
var ErrRemoved = errors.New("the interface was removed")

// BreakError says where a capture stops being readable. All packets before the
// break were delivered; nothing after it can be.
type BreakError struct {
	// Name is the file's path, "standard input" or what NewReader was told.
	Name string
	// Offset is where the broken header, record or block starts, in bytes of the
	// decompressed file.
	Offset int64
	// Packets counts those delivered before the break.
	Packets uint64
	// Err is the cause. It wraps io.ErrUnexpectedEOF when the file is cut short.
	Err error
}

func (e *BreakError) Error() string {
	remedy := "copy or capture the file again, or repair it"
	if errors.Is(e.Err, io.ErrUnexpectedEOF) {
		remedy = "if it is still being written or copied, read it again when that is done"
	}
	return fmt.Sprintf("read capture %s: broken at byte %d, after %d packets: %v (%s)",
		e.Name, e.Offset, e.Packets, e.Err, remedy)
}

func (e *BreakError) Unwrap() error { return e.Err }

// cutShort is the cause of a file that ends inside something.
func cutShort(what string) error {
	return fmt.Errorf("the file ends inside %s: %w", what, io.ErrUnexpectedEOF)
}

// notCapture is the error of an input that holds no capture.
func notCapture(name, cause, remedy string) error {
	return fmt.Errorf("open capture %s: %w: %s; %s", name, ErrNotCapture, cause, remedy)
}

func isDirectory(path string) error {
	return notCapture(path, "it is a directory", "give its files, or the directory with --dir")
}
