// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"os"

	"golang.org/x/sys/unix"
)

// pipeSize is what a wide pipe holds, bytes: as much as the kernel allows any user.
const pipeSize = 1 << 20

// pipe makes one, and tells whether it is wide. It blocks: the runtime's poller would be woken by each line, whether one waits for it or not.
func pipe() (r, w *os.File, wide bool, err error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, false, os.NewSyscallError("pipe2", err)
	}
	size, err := unix.FcntlInt(uintptr(fds[0]), unix.F_SETPIPE_SZ, pipeSize)
	return os.NewFile(uintptr(fds[0]), "tshark's output"), os.NewFile(uintptr(fds[1]), "tshark's output"), err == nil && size >= pipeSize, nil
}
