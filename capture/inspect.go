// SPDX-License-Identifier: Apache-2.0

package capture

// InterfaceState is what a capture from an interface depends on, as it is before one begins.
type InterfaceState struct {
	Name string
	// Up says that it is switched on, Running that it has a carrier too.
	Up, Running bool
	LinkType    LinkType
	// Features are those, by ethtool's names, with which packets differ from those on the wire; nil where
	// the system does not tell, as for AnyInterface.
	Features []string
}

// Names of Features (ethtool -k).
const (
	// FeatureGRO and FeatureLRO: received packets of a connection have been put together.
	FeatureGRO = "generic-receive-offload"
	FeatureLRO = "large-receive-offload"
	// FeatureTSO and FeatureGSO: sent packets have not been cut yet.
	FeatureTSO = "tcp-segmentation-offload"
	FeatureGSO = "generic-segmentation-offload"
	// FeatureChecksum: sent packets have no checksum yet.
	FeatureChecksum = "tx-checksumming"
)
