// SPDX-License-Identifier: Apache-2.0

package kafka

import (
	"github.com/espbeat/espbeat/dissect/common"
)

const (
	// maxTopics bounds the topics of a request that are looked at, maxItems the partitions and tags of each.
	maxTopics = 64
	maxItems  = common.MaxItems
	maxText   = 1 << 15
)

// api is what is requested: its name, the first version that is flexible, 0 where that does not matter, and who reads its body.
type api struct {
	name     string
	flexible uint16
	body     func(r *reader, version uint16)
}

// apis are by key (Kafka protocol guide, API Keys).
var apis = map[uint16]api{0: {"Produce", 9, produce}, 1: {"Fetch", 12, fetch}, 2: {"ListOffsets", 6, listOffsets}, 3: {"Metadata", 9, metadata}, 4: {name: "LeaderAndIsr"}, 5: {name: "StopReplica"},
	6: {name: "UpdateMetadata"}, 7: {name: "ControlledShutdown"}, 8: {"OffsetCommit", 8, group}, 9: {"OffsetFetch", 6, groupUpTo(7)}, 10: {"FindCoordinator", 3, groupUpTo(0)},
	11: {"JoinGroup", 6, group}, 12: {"Heartbeat", 4, group}, 13: {"LeaveGroup", 4, group}, 14: {"SyncGroup", 4, group}, 15: {name: "DescribeGroups"}, 16: {name: "ListGroups"},
	17: {"SaslHandshake", 0, mechanism}, 18: {name: "ApiVersions"}, 19: {"CreateTopics", 5, firstTopic}, 20: {"DeleteTopics", 4, deleteTopics}, 21: {name: "DeleteRecords"},
	22: {name: "InitProducerId"}, 23: {name: "OffsetForLeaderEpoch"}, 24: {name: "AddPartitionsToTxn"}, 25: {name: "AddOffsetsToTxn"}, 26: {name: "EndTxn"}, 27: {name: "WriteTxnMarkers"},
	28: {name: "TxnOffsetCommit"}, 29: {name: "DescribeAcls"}, 30: {name: "CreateAcls"}, 31: {name: "DeleteAcls"}, 32: {name: "DescribeConfigs"}, 33: {name: "AlterConfigs"},
	34: {name: "AlterReplicaLogDirs"}, 35: {name: "DescribeLogDirs"}, 36: {name: "SaslAuthenticate"}, 37: {name: "CreatePartitions"}, 38: {name: "CreateDelegationToken"},
	39: {name: "RenewDelegationToken"}, 40: {name: "ExpireDelegationToken"}, 41: {name: "DescribeDelegationToken"}, 42: {name: "DeleteGroups"}, 43: {name: "ElectLeaders"},
	44: {name: "IncrementalAlterConfigs"}, 45: {name: "AlterPartitionReassignments"}, 46: {name: "ListPartitionReassignments"}, 47: {name: "OffsetDelete"}, 48: {name: "DescribeClientQuotas"},
	49: {name: "AlterClientQuotas"}, 50: {name: "DescribeUserScramCredentials"}, 51: {name: "AlterUserScramCredentials"}, 55: {name: "DescribeQuorum"}, 57: {name: "UpdateFeatures"},
	60: {name: "DescribeCluster"}, 61: {name: "DescribeProducers"}, 65: {name: "DescribeTransactions"}, 66: {name: "ListTransactions"}, 68: {name: "ConsumerGroupHeartbeat"},
	69: {name: "ConsumerGroupDescribe"}, 75: {name: "DescribeTopicPartitions"}}

// reader reads the primitive types of the protocol, in their compact forms where the request is flexible.
type reader struct {
	common.Cursor
	flexible bool
}

// correlation reads and writes the correlation, which is signed.
func (r *reader) correlation() uint32 {
	n := r.U32()
	if !r.Failed {
		r.P.Out.Int(fCorrelation, int64(int32(n))) //nolint:gosec // its bits
	}
	return n
}

// varint reads an unsigned number of 7 bits a byte.
func (r *reader) varint() (n uint64) {
	for shift := 0; shift < 35; shift += 7 {
		b := r.U8()
		n |= uint64(b&0x7f) << shift
		if b&0x80 == 0 {
			return n
		}
	}
	r.bad()
	return 0
}

func (r *reader) bad() {
	if !r.Failed {
		r.P.Bad()
		r.Failed = true
	}
}

// text reads a text that may be null.
func (r *reader) text() []byte {
	const null = 0xffff
	n := 0
	if r.flexible {
		n = int(r.varint()) - 1 //nolint:gosec // 35 bits
	} else if v := r.U16(); v != null {
		n = int(v)
	}
	if n > maxText {
		r.bad()
	}
	return r.Bytes(max(n, 0))
}

// array reads the number of items, 0 when it is null.
func (r *reader) array() int {
	n := int64(0)
	if r.flexible {
		n = int64(r.varint()) - 1 //nolint:gosec // 35 bits
	} else {
		n = int64(int32(r.U32())) //nolint:gosec // its bits
	}
	return int(min(max(n, 0), maxItems))
}

// blob passes over bytes behind their length.
func (r *reader) blob() {
	n := int64(0)
	if r.flexible {
		n = int64(r.varint()) - 1 //nolint:gosec // 35 bits
	} else {
		n = int64(int32(r.U32())) //nolint:gosec // its bits
	}
	r.Sub(int(min(max(n, 0), maxMessage)))
}

// tags passes over the tagged fields at the end of a structure of a flexible version.
func (r *reader) tags() {
	if !r.flexible {
		return
	}
	for n := min(r.varint(), maxItems); n > 0 && !r.Failed; n-- {
		r.varint()
		r.Sub(int(min(r.varint(), maxMessage))) //nolint:gosec // bounded
	}
}

func (r *reader) topic() {
	if name := r.text(); len(name) > 0 {
		r.P.Out.Text(fTopic, name)
	}
}

// topics reads topics with their partitions, of so many bytes each, or records behind them.
func (r *reader) topics(partition int, records bool) {
	for n := min(r.array(), maxTopics); n > 0 && !r.Failed; n-- {
		r.topic()
		for m := r.array(); m > 0 && !r.Failed; m-- {
			r.Skip(partition)
			if records {
				r.blob()
			}
			r.tags()
		}
		r.tags()
	}
}

func produce(r *reader, version uint16) {
	const transactional, byIdentifier = 3, 13
	if version >= byIdentifier {
		return
	}
	if version >= transactional {
		r.text()
	}
	r.Skip(6) // acknowledgements, timeout
	r.topics(4, true)
}

func fetch(r *reader, version uint16) {
	const byIdentifier = 13
	if version >= byIdentifier {
		return
	}
	partition := 16
	head := 12 // replica, wait, least bytes
	for _, more := range [...]struct {
		since           uint16
		head, partition int
	}{{3, 4, 0}, {4, 1, 0}, {5, 0, 8}, {7, 8, 0}, {9, 0, 4}, {12, 0, 4}} { // most bytes; isolation; log's start; session; epoch; last epoch
		if version >= more.since {
			head += more.head
			partition += more.partition
		}
	}
	r.Skip(head)
	r.topics(partition, false)
}

func listOffsets(r *reader, version uint16) {
	const isolated, epoch = 2, 4
	r.Skip(4)
	partition := 12
	switch {
	case version == 0:
		partition = 16
	case version >= epoch:
		partition = 16
	}
	if version >= isolated {
		r.Skip(1)
	}
	r.topics(partition, false)
}

func metadata(r *reader, version uint16) {
	const identified = 10
	for n := min(r.array(), maxTopics); n > 0 && !r.Failed; n-- {
		if version >= identified {
			r.Skip(16)
		}
		r.topic()
		r.tags()
	}
}

func deleteTopics(r *reader, version uint16) {
	const identified = 6
	for n := min(r.array(), maxTopics); n > 0 && !r.Failed; n-- {
		r.topic()
		if version >= identified {
			r.Skip(16)
			r.tags()
		}
	}
}

// firstTopic reads the first of several topics, each with much behind its name.
func firstTopic(r *reader, _ uint16) {
	if r.array() > 0 {
		r.topic()
	}
}

// group reads the group's name, with which many requests begin.
func group(r *reader, _ uint16) {
	if name := r.text(); len(name) > 0 {
		r.P.Out.Text(fGroup, name)
	}
}

// groupUpTo is group for requests that have something else there in later versions.
func groupUpTo(last uint16) func(*reader, uint16) {
	return func(r *reader, version uint16) {
		if version <= last {
			group(r, version)
		}
	}
}

func mechanism(r *reader, _ uint16) {
	if name := r.text(); len(name) > 0 {
		r.P.Out.Text(fMechanism, name)
	}
}
