// SPDX-License-Identifier: Apache-2.0

package dcerpc

import (
	"encoding/hex"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// uuid is a UUID with its fields in network byte order (RFC 9562).
type uuid [16]byte

// parse reads the text of a UUID of the program.
func parse(text string) (u uuid) {
	for i, at := 0, 0; i < len(u); i, at = i+1, at+2 {
		if text[at] == '-' {
			at++
		}
		if _, err := hex.Decode(u[i:i+1], []byte(text[at:at+2])); err != nil {
			panic(err)
		}
	}
	return u
}

// write writes u as text.
func (u uuid) write(o *field.Buffer, id field.ID) {
	var b [36]byte
	text := hex.AppendEncode(b[:0], u[:4])
	for _, part := range [...][]byte{u[4:6], u[6:8], u[8:10], u[10:]} {
		text = hex.AppendEncode(append(text, '-'), part)
	}
	o.Text(id, text)
}

// iface is an interface that is known.
type iface struct {
	uuid uuid
	// name is Wireshark's; known is false for an interface of which nothing but the UUID is known.
	name  field.Str
	known bool
	// operations are the names of some, by number.
	operations map[uint16]field.Str
	// arguments reads those of a call, in the order of bytes of r; nil where nobody does.
	arguments func(r *reader, opnum uint16, response bool)
}

// write says which interface a PDU is of.
func (i *iface) write(o *field.Buffer) {
	if i == nil {
		return
	}
	i.uuid.write(o, fUUID)
	if i.known {
		o.Const(fName, i.name)
	}
}

// called says which operation is called. As in Wireshark, the packet with the last fragment is then about the interface.
func (i *iface) called(p *dissect.Packet, opnum uint16, last bool) {
	if i == nil {
		return
	}
	if i.known && last {
		p.Core.Headline = i.name
	}
	if name, ok := i.operations[opnum]; ok {
		p.Out.Const(fOperation, name)
	}
}

// find is the interface of a UUID.
func find(u uuid) *iface {
	if i := interfaces[u]; i != nil {
		return i
	}
	return &iface{uuid: u}
}

// pnio hands the arguments of PROFINET's context manager to who dissects them. As in Wireshark they are no layer.
func pnio(r *reader, _ uint16, _ bool) {
	if io := r.p.Registry.Named("pn_io"); io != nil && len(r.b) > 0 {
		io.Dissect(r.p, r.b, len(r.b))
	}
}

type operations = map[uint16]string

// pnioOperations are those of IEC 61158-6-10.
var pnioOperations = operations{0: "Connect", 1: "Release", 2: "Read", 3: "Write", 4: "Control", 5: "Read Implicit"}

// interfaces are those that are seen most: of DCE (C706), Windows (MS-RPCE and the MS documents of each), Exchange and PROFINET. Operations are
// named that create, change or read out what an attacker asks for.
var interfaces = table(
	known{"e1af8308-5d1f-11c9-91a4-08002b14a0fa", "EPM", mapper, operations{2: "Lookup", 3: "Map"}},
	known{"afa8bd80-7d8a-11c9-bef4-08002b102989", "MGMT", nil, nil},
	known{"12345778-1234-abcd-ef00-0123456789ab", "LSARPC", nil, operations{6: "lsa_OpenPolicy", 14: "lsa_LookupNames", 15: "lsa_LookupSids", 44: "lsa_OpenPolicy2", 45: "lsa_GetUserName"}},
	known{"12345778-1234-abcd-ef00-0123456789ac", "SAMR", nil, operations{34: "OpenUser", 50: "CreateUser2", 55: "ChangePasswordUser2", 58: "SetUserInfo2", 64: "Connect5"}},
	known{"12345678-1234-abcd-ef00-01234567cffb", "RPC_NETLOGON", nil, operations{4: "NetrServerReqChallenge", 15: "NetrServerAuthenticate2", 26: "NetrServerAuthenticate3",
		30: "NetrServerPasswordSet2", 39: "NetrLogonSamLogonEx", 40: "DsrEnumerateDomainTrusts"}},
	known{"4b324fc8-1670-01d3-1278-5a47bf6ee188", "SRVSVC", nil, operations{12: "NetSessEnum", 15: "NetShareEnumAll", 16: "NetShareGetInfo", 21: "NetSrvGetInfo"}},
	known{"6bffd098-a112-3610-9833-46c3f87e345a", "WKSSVC", nil, operations{0: "NetWkstaGetInfo", 2: "NetWkstaEnumUsers"}},
	known{"367abb81-9844-35f1-ad32-98f038001003", "SVCCTL", nil, operations{2: "DeleteService", 11: "ChangeServiceConfigW", 12: "CreateServiceW", 15: "OpenSCManagerW",
		16: "OpenServiceW", 19: "StartServiceW", 24: "CreateServiceA"}},
	known{"338cd001-2244-31f1-aaaa-900038001003", "WINREG", nil, operations{6: "CreateKey", 15: "OpenKey", 17: "QueryValue", 20: "SaveKey", 22: "SetValue"}},
	known{"e3514235-4b06-11d1-ab04-00c04fc2dcd2", "DRSUAPI", nil, operations{0: "DsBind", 3: "DsGetNCChanges", 12: "DsCrackNames"}},
	known{"12345678-1234-abcd-ef00-0123456789ab", "SPOOLSS", nil, operations{65: "RFFPCNEX", 69: "OpenPrinterEx", 70: "AddPrinterEx", 89: "AddPrinterDriverEx"}},
	known{"1ff70682-0a51-30e8-076d-740be8cee98b", "ATSVC", nil, operations{0: "JobAdd", 2: "JobEnum"}},
	known{"86d35949-83c9-4044-b424-db363231fd0c", "TaskSchedulerService", nil, operations{1: "SchRpcRegisterTask", 12: "SchRpcRun"}},
	known{"82273fdc-e32a-18c3-3f78-827929dc23ea", "EVENTLOG", nil, operations{0: "ClearEventLogW", 7: "OpenEventLogW"}},
	known{"f6beaff7-1e19-4fbb-9f8f-b89e2018337c", "EVENTLOG6", nil, operations{6: "EvtRpcClearLog"}},
	known{"c681d488-d850-11d0-8c52-00c04fd90f7e", "EFS", nil, operations{0: "EfsRpcOpenFileRaw", 4: "EfsRpcEncryptFileSrv"}},
	known{"df1941c5-fe89-4e79-bf10-463657acf44d", "EFS", nil, operations{0: "EfsRpcOpenFileRaw", 4: "EfsRpcEncryptFileSrv"}},
	known{"4fc742e0-4a10-11cf-8273-00aa004ae673", "NETDFS", nil, operations{12: "dfs_AddStdRoot", 13: "dfs_RemoveStdRoot"}},
	known{"50abc2a4-574d-40b3-9d66-ee4fd5fba076", "DNSSERVER", nil, operations{0: "DnssrvOperation"}},
	known{"99fcfec4-5260-101b-bbcb-00aa0021347a", "IOXIDResolver", nil, operations{5: "ServerAlive2"}},
	known{"000001a0-0000-0000-c000-000000000046", "ISystemActivator", nil, operations{3: "RemoteGetClassObject", 4: "RemoteCreateInstance"}},
	known{"4d9f4ab8-7d1c-11cf-861e-0020af6e7c57", "REMACT", nil, operations{0: "RemoteActivation"}},
	known{"00000131-0000-0000-c000-000000000046", "IRemUnknown", nil, nil},
	known{"00000143-0000-0000-c000-000000000046", "IRemUnknown2", nil, nil},
	known{"00020400-0000-0000-c000-000000000046", "IDispatch", nil, nil},
	known{"f309ad18-d86a-11d0-a075-00c04fb68820", "IWbemLevel1Login", nil, operations{6: "NTLMLogin"}},
	known{"9556dc99-828c-11cf-a37e-00aa003240c7", "IWbemServices", nil, operations{20: "ExecQuery", 24: "ExecMethod"}},
	known{"894de0c0-0d55-11d3-a322-00c04fa321a1", "INITSHUTDOWN", nil, operations{0: "Init"}},
	known{"5a7b91f8-ff00-11d0-a9b2-00c04fb6e6fc", "Messenger", nil, operations{0: "NetrSendMessage"}},
	known{"6bffd098-a112-3610-9833-012892020162", "RPC_BROWSER", nil, nil},
	known{"ccd8c074-d0e5-4a40-92b4-d074faa6ba28", "WITNESS", nil, nil},
	known{"2f5f6520-ca46-1067-b319-00dd010662da", "TAPI", nil, nil},
	known{"a8e0653c-2744-4389-a61d-7373df8b2292", "FSRVP", nil, nil},
	known{"76f03f96-cdfd-44fc-a22c-64950a001209", "IREMOTEWINSPOOL", nil, operations{39: "winspool_AsyncAddPrinterDriver"}},
	known{"3919286a-b10c-11d0-9ba8-00c04fd92ef5", "DSSETUP", nil, operations{0: "DsRoleGetPrimaryDomainInformation"}},
	known{"8d9f4e40-a03d-11ce-8f69-08003e30051b", "PNP", nil, nil},
	known{"8f09f000-b7ed-11ce-bbd2-00001a181cad", "RRAS", nil, nil},
	known{"b97db8b2-4c63-11cf-bff6-08002be23f2f", "CLUSAPI", nil, nil},
	known{"f5cc59b4-4264-101a-8c59-08002b2f8426", "FRSRPC", nil, nil},
	known{"897e2e5f-93f3-4376-9c9c-fd2277495c27", "FRSTRANS", nil, nil},
	known{"f5cc5a18-4264-101a-8c59-08002b2f8426", "NSPI", nil, operations{0: "NspiBind"}},
	known{"1544f5e0-613c-11d1-93df-00c04fd7bd09", "RFR", nil, operations{0: "RfrGetNewDSA"}},
	known{"a4f1db00-ca47-1067-b31f-00dd010662da", "MAPI", nil, operations{0: "EcDoConnect", 2: "EcDoRpc", 4: "EcRRegisterPushNotification"}},
	known{"885d85fb-c754-4062-a0e7-6872ce0064f4", "MDSSVC", spotlight, operations{0: "open", 2: "cmd", 3: "close"}},
	known{"dea00001-6c97-11d1-8271-00a02442df7d", "PNIO-CM", pnio, pnioOperations},
	known{"dea00002-6c97-11d1-8271-00a02442df7d", "PNIO-CM", pnio, pnioOperations},
	known{"dea00003-6c97-11d1-8271-00a02442df7d", "PNIO-CM", pnio, pnioOperations},
	known{"dea00004-6c97-11d1-8271-00a02442df7d", "PNIO-CM", pnio, pnioOperations},
)

type known struct {
	uuid, name string
	arguments  func(*reader, uint16, bool)
	operations operations
}

func table(all ...known) map[uuid]*iface {
	t := make(map[uuid]*iface, len(all))
	for _, k := range all {
		i := &iface{uuid: parse(k.uuid), name: field.Intern(k.name), known: true, arguments: k.arguments, operations: make(map[uint16]field.Str, len(k.operations))}
		for n, name := range k.operations {
			i.operations[n] = field.Intern(name)
		}
		t[i.uuid] = i
	}
	return t
}
