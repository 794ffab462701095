// SPDX-License-Identifier: Apache-2.0

package privileges

// Change says how a process goes on as another user.
type Change struct {
	// User and Group are names or numbers; without a group it is the user's own.
	User, Group string
	// Keep are the capabilities that the user's process has.
	Keep []Capability
	// Folders are made where they are missing, and given to the user with all that root owns in them.
	Folders []string
	// Files are given to the user where they are there.
	Files []string
	// Readable are files that the user has to be able to read, and that are never given to it.
	Readable []string
	// Args are the command line that is executed again.
	Args []string
}
