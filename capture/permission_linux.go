// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"fmt"
	"os"

	"kernel.org/pub/linux/libs/security/libcap/cap"
)

// permissionError says in one line what a process lacks that may not capture. AF_PACKET and libpcap need CAP_NET_RAW alone.
func permissionError(name string, err error) error {
	if has, _ := cap.GetProc().GetFlag(cap.Effective, cap.NET_RAW); has {
		return fmt.Errorf("may not capture on %s although CAP_NET_RAW is there: %w; look for what else forbids it: a system call policy, SELinux or AppArmor, or a user namespace without a network of its own", name, err)
	}
	exe, xerr := os.Executable()
	if xerr != nil {
		exe = "espbeat"
	}
	return fmt.Errorf("may not capture on %s: CAP_NET_RAW is missing (%w); run as root (sudo), or `sudo setcap cap_net_raw=ep %s` once", name, err, exe)
}
