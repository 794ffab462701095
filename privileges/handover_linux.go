// SPDX-License-Identifier: Apache-2.0

package privileges

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// systemFolders hold what others need to be root's: none of them is ever given away, even where a setting names it.
var systemFolders = []string{
	"/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/media", "/mnt", "/opt", "/proc", "/root", "/run", "/sbin", "/srv", "/sys", "/tmp",
	"/usr", "/usr/bin", "/usr/lib", "/usr/local", "/usr/local/bin", "/usr/sbin", "/usr/share",
	"/var", "/var/cache", "/var/lib", "/var/log", "/var/run", "/var/spool", "/var/tmp",
}

// handOver gives folders and files to the user.
func (c Change) handOver(who identity) error {
	for _, path := range c.Folders {
		if err := c.giveFolder(path, who); err != nil {
			return fmt.Errorf("give %s to user %s: %w", path, c.User, err)
		}
	}
	for _, path := range c.Files {
		if err := giveFile(path, who); err != nil {
			return fmt.Errorf("give %s to user %s: %w", path, c.User, err)
		}
	}
	return nil
}

func (c Change) giveFolder(path string, who identity) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if slices.Contains(systemFolders, path) {
		return errors.New("that is a folder of the system: set path.data and path.logs to folders of espbeat's own")
	}
	keep := c.Readable
	if exe, err := os.Executable(); err == nil {
		keep = append(slices.Clone(keep), exe)
	}
	for _, f := range keep {
		if f, err := filepath.Abs(f); err == nil && strings.HasPrefix(f, path+"/") {
			return fmt.Errorf("%s lies in it, which whoever espbeat runs as must not be able to change: set path.data and path.logs to folders of their own", f)
		}
	}
	dir, err := openFolder(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	return giveTree(dir, who)
}

func giveFile(path string, who identity) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	dir, err := openFolder(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	_, err = give(dir, filepath.Base(path), who)
	return err
}

// openFolder opens a folder by its absolute path, and makes what is missing of it. No symbolic link is followed on the way: who can
// set one could have anything given away.
func openFolder(path string) (*os.File, error) {
	const flags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC
	fd, err := unix.Open("/", flags, 0)
	if err != nil {
		return nil, err
	}
	at := "/"
	for name := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if name == "" {
			break // the root itself
		}
		at = filepath.Join(at, name)
		next, err := unix.Openat(fd, name, flags, 0)
		if errors.Is(err, unix.ENOENT) {
			mode := uint32(0o755)
			if at == path {
				mode = 0o750
			}
			if err = unix.Mkdirat(fd, name, mode); err == nil {
				next, err = unix.Openat(fd, name, flags, 0)
			}
		}
		_ = unix.Close(fd)
		if err != nil {
			if to, lerr := os.Readlink(at); lerr == nil {
				return nil, fmt.Errorf("%s is a symbolic link to %s, and no link is followed when something is given away: set the path that it stands for", at, to)
			}
			return nil, fmt.Errorf("open %s: %w", at, err)
		}
		fd = next
	}
	return os.NewFile(uintptr(fd), path), nil
}

// giveTree gives a folder, and what root owns in it, to the user. Other file systems are left alone.
func giveTree(dir *os.File, who identity) error {
	var is unix.Stat_t
	if err := unix.Fstat(int(dir.Fd()), &is); err != nil {
		return fmt.Errorf("stat %s: %w", dir.Name(), err)
	}
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, name := range names {
		st, err := give(dir, name, who)
		if errors.Is(err, unix.ENOENT) {
			continue
		}
		if err != nil {
			return err
		}
		if st.Mode&unix.S_IFMT != unix.S_IFDIR || st.Dev != is.Dev {
			continue
		}
		fd, err := unix.Openat(int(dir.Fd()), name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("open %s: %w", filepath.Join(dir.Name(), name), err)
		}
		sub := os.NewFile(uintptr(fd), filepath.Join(dir.Name(), name))
		err = giveTree(sub, who)
		_ = sub.Close()
		if err != nil {
			return err
		}
	}
	if is.Uid != 0 {
		return nil
	}
	// Last, so that nobody else could change what was walked through.
	if err := unix.Fchown(int(dir.Fd()), who.uid, who.gid); err != nil {
		return fmt.Errorf("chown %s: %w", dir.Name(), err)
	}
	return nil
}

// give gives a file of root in a folder to the user. The file that is looked at is the one that is given: a file of two
// names may be another's elsewhere, and a link stands for one.
func give(dir *os.File, name string, who identity) (unix.Stat_t, error) {
	var st unix.Stat_t
	path := filepath.Join(dir.Name(), name)
	fd, err := unix.Openat(int(dir.Fd()), name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return st, fmt.Errorf("open %s: %w", path, err)
	}
	defer unix.Close(fd)
	if err := unix.Fstat(fd, &st); err != nil {
		return st, fmt.Errorf("stat %s: %w", path, err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG || st.Uid != 0 || st.Nlink != 1 {
		return st, nil
	}
	if err := unix.Fchownat(fd, "", who.uid, who.gid, unix.AT_EMPTY_PATH); err != nil {
		return st, fmt.Errorf("chown %s: %w", path, err)
	}
	return st, nil
}
