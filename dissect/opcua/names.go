// SPDX-License-Identifier: Apache-2.0

package opcua

import "strings"

// services are the names of the services' messages by the node ID of their binary encoding (OPC 10000-6, annex A).
var services = map[uint32]string{
	397: "ServiceFault", 422: "FindServersRequest", 425: "FindServersResponse", 428: "GetEndpointsRequest", 431: "GetEndpointsResponse",
	437: "RegisterServerRequest", 440: "RegisterServerResponse", 446: "OpenSecureChannelRequest", 449: "OpenSecureChannelResponse",
	452: "CloseSecureChannelRequest", 455: "CloseSecureChannelResponse", 461: "CreateSessionRequest", 464: "CreateSessionResponse", 467: "ActivateSessionRequest",
	470: "ActivateSessionResponse", 473: "CloseSessionRequest", 476: "CloseSessionResponse", 479: "CancelRequest", 482: "CancelResponse", 488: "AddNodesRequest",
	491: "AddNodesResponse", 494: "AddReferencesRequest", 497: "AddReferencesResponse", 500: "DeleteNodesRequest", 503: "DeleteNodesResponse",
	506: "DeleteReferencesRequest", 509: "DeleteReferencesResponse", 527: "BrowseRequest", 530: "BrowseResponse", 533: "BrowseNextRequest",
	536: "BrowseNextResponse", 554: "TranslateBrowsePathsToNodeIdsRequest", 557: "TranslateBrowsePathsToNodeIdsResponse", 560: "RegisterNodesRequest",
	563: "RegisterNodesResponse", 566: "UnregisterNodesRequest", 569: "UnregisterNodesResponse", 615: "QueryFirstRequest", 618: "QueryFirstResponse",
	621: "QueryNextRequest", 624: "QueryNextResponse", 631: "ReadRequest", 634: "ReadResponse", 664: "HistoryReadRequest", 667: "HistoryReadResponse",
	673: "WriteRequest", 676: "WriteResponse", 700: "HistoryUpdateRequest", 703: "HistoryUpdateResponse", 712: "CallRequest", 715: "CallResponse",
	751: "CreateMonitoredItemsRequest", 754: "CreateMonitoredItemsResponse", 763: "ModifyMonitoredItemsRequest", 766: "ModifyMonitoredItemsResponse",
	769: "SetMonitoringModeRequest", 772: "SetMonitoringModeResponse", 775: "SetTriggeringRequest", 778: "SetTriggeringResponse",
	781: "DeleteMonitoredItemsRequest", 784: "DeleteMonitoredItemsResponse", 787: "CreateSubscriptionRequest", 790: "CreateSubscriptionResponse",
	793: "ModifySubscriptionRequest", 796: "ModifySubscriptionResponse", 799: "SetPublishingModeRequest", 802: "SetPublishingModeResponse", 826: "PublishRequest",
	829: "PublishResponse", 832: "RepublishRequest", 835: "RepublishResponse", 841: "TransferSubscriptionsRequest", 844: "TransferSubscriptionsResponse",
	847: "DeleteSubscriptionsRequest", 850: "DeleteSubscriptionsResponse", 12208: "FindServersOnNetworkRequest", 12209: "FindServersOnNetworkResponse",
	12211: "RegisterServer2Request", 12212: "RegisterServer2Response",
}

// bad are the names of the status codes from 0x80010000 on, in steps of 0x10000, without what they begin with (OPC 10000-6, annex A); a dash is one
// that is not defined.
var bad = strings.Fields(`
UnexpectedError InternalError OutOfMemory ResourceUnavailable CommunicationError EncodingError DecodingError EncodingLimitsExceeded UnknownResponse
Timeout ServiceUnsupported Shutdown ServerNotConnected ServerHalted NothingToDo TooManyOperations DataTypeIdUnknown CertificateInvalid
SecurityChecksFailed CertificateTimeInvalid CertificateIssuerTimeInvalid CertificateHostNameInvalid CertificateUriInvalid CertificateUseNotAllowed
CertificateIssuerUseNotAllowed CertificateUntrusted CertificateRevocationUnknown CertificateIssuerRevocationUnknown CertificateRevoked
CertificateIssuerRevoked UserAccessDenied IdentityTokenInvalid IdentityTokenRejected SecureChannelIdInvalid InvalidTimestamp NonceInvalid
SessionIdInvalid SessionClosed SessionNotActivated SubscriptionIdInvalid - RequestHeaderInvalid TimestampsToReturnInvalid RequestCancelledByClient - -
- - NoCommunication WaitingForInitialData NodeIdInvalid NodeIdUnknown AttributeIdInvalid IndexRangeInvalid IndexRangeNoData DataEncodingInvalid
DataEncodingUnsupported NotReadable NotWritable OutOfRange NotSupported NotFound ObjectDeleted NotImplemented MonitoringModeInvalid
MonitoredItemIdInvalid MonitoredItemFilterInvalid MonitoredItemFilterUnsupported FilterNotAllowed StructureMissing EventFilterInvalid
ContentFilterInvalid FilterOperandInvalid ContinuationPointInvalid NoContinuationPoints ReferenceTypeIdInvalid BrowseDirectionInvalid NodeNotInView
ServerUriInvalid ServerNameMissing DiscoveryUrlMissing SempahoreFileMissing RequestTypeInvalid SecurityModeRejected SecurityPolicyRejected
TooManySessions UserSignatureInvalid ApplicationSignatureInvalid NoValidCertificates RequestCancelledByRequest ParentNodeIdInvalid ReferenceNotAllowed
NodeIdRejected NodeIdExists NodeClassInvalid BrowseNameInvalid BrowseNameDuplicated NodeAttributesInvalid TypeDefinitionInvalid SourceNodeIdInvalid
TargetNodeIdInvalid DuplicateReferenceNotAllowed InvalidSelfReference ReferenceLocalOnly NoDeleteRights ServerIndexInvalid ViewIdUnknown -
TooManyMatches QueryTooComplex NoMatch MaxAgeInvalid HistoryOperationInvalid HistoryOperationUnsupported WriteNotSupported TypeMismatch MethodInvalid
ArgumentsMissing TooManySubscriptions TooManyPublishRequests NoSubscription SequenceNumberUnknown MessageNotAvailable InsufficientClientProfile
TcpServerTooBusy TcpMessageTypeInvalid TcpSecureChannelUnknown TcpMessageTooLarge TcpNotEnoughResources TcpInternalError TcpEndpointUrlInvalid
RequestInterrupted RequestTimeout SecureChannelClosed SecureChannelTokenUnknown SequenceNumberInvalid ConfigurationError NotConnected DeviceFailure
SensorFailure OutOfService DeadbandFilterInvalid - - - - - - - - RefreshInProgress ConditionAlreadyDisabled ConditionDisabled EventIdUnknown NoData -
DataLost DataUnavailable EntryExists NoEntryExists TimestampNotSupported - - - - - - - - - InvalidArgument ConnectionRejected Disconnect
ConnectionClosed InvalidState EndOfStream NoDataAvailable WaitingForResponse OperationAbandoned ExpectedStreamToBlock WouldBlock SyntaxError
MaxConnectionsReached RequestTooLarge ResponseTooLarge - EventNotAcknowledgeable - InvalidTimestampArgument ProtocolVersionUnsupported StateNotActive
- FilterOperatorInvalid FilterOperatorUnsupported FilterOperandCountMismatch FilterElementInvalid FilterLiteralInvalid IdentityChangeNotSupported -
NotTypeDefinition ViewTimestampInvalid ViewParameterMismatch ViewVersionInvalid ConditionAlreadyEnabled DialogNotActive DialogResponseInvalid
ConditionBranchAlreadyAcked ConditionBranchAlreadyConfirmed ConditionAlreadyShelved ConditionNotShelved ShelvingTimeOutOfRange AggregateListMismatch
AggregateNotSupported AggregateInvalidInputs BoundNotFound BoundNotSupported - AggregateConfigurationRejected TooManyMonitoredItems - - - - -
DominantValueChanged - DependentValueChanged RequestNotAllowed TooManyArguments SecurityModeInsufficient DataSetIdInvalid TransactionPending Locked -
- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - CertificateChainIncomplete LicenseExpired LicenseLimitsExceeded
LicenseNotAvailable NotExecutable NumericOverflow RequestNotComplete CertificatePolicyCheckFailed AlreadyExists - - - Edited_OutOfRange
InitialValue_OutOfRange OutOfRange_DominantValueChanged Edited_OutOfRange_DominantValueChanged OutOfRange_DominantValueChanged_DependentValueChanged
Edited_OutOfRange_DominantValueChanged_DependentValueChanged TicketRequired
`)

// status is the name of a status code; of codes that are neither good nor bad, and of those without a name, how they begin.
func status(code uint32) (begin, name string) {
	const severity, isBad = 30, 2
	switch n := int(code >> 16 & 0xfff); {
	case code>>severity != isBad:
		return [...]string{"Good", "Uncertain", "", "Reserved"}[code>>severity], ""
	case n == 0 || n > len(bad) || bad[n-1] == "-":
		return "Bad", ""
	default:
		return "Bad", bad[n-1]
	}
}
