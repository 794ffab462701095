// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package capture

import "fmt"

// InspectInterface finds out about an interface, by its own name.
func InspectInterface(name, _ string) (InterfaceState, error) {
	all, err := ListInterfaces()
	if err != nil {
		return InterfaceState{}, err
	}
	for _, i := range all {
		if i.Name == name {
			return InterfaceState{Name: name, Up: i.Up, Running: i.Running, LinkType: linkEthernet}, nil
		}
	}
	return InterfaceState{}, fmt.Errorf("find interface %s: there is none; `espbeat --list` shows the interfaces", name)
}

// CheckFilter tells whether a capture can have this filter: for one of the usual link types.
func CheckFilter(_ InterfaceState, expr string, _ int) error {
	_, err := NewFilterSet(expr)
	return err
}
