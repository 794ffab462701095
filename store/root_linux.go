// SPDX-License-Identifier: Apache-2.0

package store

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// maxTries bounds how often a file is opened again that is being moved.
const maxTries = 10

// openBeneath opens what stands beneath a directory: the kernel refuses to leave it, and to follow a link (openat2(2)). A named pipe does not block.
func openBeneath(dir *os.File, name string) (*os.File, error) {
	how := unix.OpenHow{
		Flags:   unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK | unix.O_NOCTTY,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS,
	}
	for try := 0; ; try++ {
		fd, err := unix.Openat2(int(dir.Fd()), name, &how)
		switch {
		case err == nil:
			return os.NewFile(uintptr(fd), name), nil //nolint:gosec // not negative
		case (errors.Is(err, unix.EINTR) || errors.Is(err, unix.EAGAIN)) && try < maxTries: // a signal or a rename came between
			continue
		case errors.Is(err, unix.ELOOP):
			return nil, errors.New("it is a symbolic link, or lies behind one; links are not followed, give the store of the file itself")
		case errors.Is(err, unix.EXDEV):
			return nil, errors.New("it is outside of the store")
		case errors.Is(err, unix.ENOSYS):
			return nil, errors.New("the kernel has no openat2; Linux 5.6 or later is needed")
		}
		return nil, fmt.Errorf("open it: %w", err)
	}
}
