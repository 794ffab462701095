// SPDX-License-Identifier: Apache-2.0

package capture

// InterfaceState is what a capture from an interface depends on, as it is before one begins.
type InterfaceState struct {
	// Name is the interface's own where DefaultRoute was asked for.
	Name string
	// Up says that it is switched on, Running that it has a carrier too.
	Up, Running bool
	LinkType    LinkType
	// Offloads are the features, by ethtool's names, with which packets differ from those on the wire; nil where
	// the system does not tell, as for AnyInterface.
	Offloads []string
}

// Names of Offloads (ethtool -k).
const (
	// OffloadGRO and OffloadLRO: received packets of a connection have been put together.
	OffloadGRO = "generic-receive-offload"
	OffloadLRO = "large-receive-offload"
	// OffloadTSO and OffloadGSO: sent packets have not been cut yet.
	OffloadTSO = "tcp-segmentation-offload"
	OffloadGSO = "generic-segmentation-offload"
	// OffloadChecksum: sent packets have no checksum yet.
	OffloadChecksum = "tx-checksumming"
)
