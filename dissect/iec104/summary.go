// SPDX-License-Identifier: Apache-2.0

package iec104

import (
	"fmt"

	"github.com/espbeat/espbeat/dissect"
)

// types are the names of IEC 60870-5-101 and 104.
var types = map[uint64]string{1: "M_SP_NA_1", 2: "M_SP_TA_1", 3: "M_DP_NA_1", 4: "M_DP_TA_1", 5: "M_ST_NA_1", 6: "M_ST_TA_1", 7: "M_BO_NA_1", 8: "M_BO_TA_1", 9: "M_ME_NA_1", 10: "M_ME_TA_1",
	11: "M_ME_NB_1", 12: "M_ME_TB_1", 13: "M_ME_NC_1", 14: "M_ME_TC_1", 15: "M_IT_NA_1", 16: "M_IT_TA_1", 17: "M_EP_TA_1", 18: "M_EP_TB_1", 19: "M_EP_TC_1", 20: "M_PS_NA_1", 21: "M_ME_ND_1",
	30: "M_SP_TB_1", 31: "M_DP_TB_1", 32: "M_ST_TB_1", 33: "M_BO_TB_1", 34: "M_ME_TD_1", 35: "M_ME_TE_1", 36: "M_ME_TF_1", 37: "M_IT_TB_1", 38: "M_EP_TD_1", 39: "M_EP_TE_1", 40: "M_EP_TF_1",
	45: "C_SC_NA_1", 46: "C_DC_NA_1", 47: "C_RC_NA_1", 48: "C_SE_NA_1", 49: "C_SE_NB_1", 50: "C_SE_NC_1", 51: "C_BO_NA_1", 58: "C_SC_TA_1", 59: "C_DC_TA_1", 60: "C_RC_TA_1", 61: "C_SE_TA_1",
	62: "C_SE_TB_1", 63: "C_SE_TC_1", 64: "C_BO_TA_1", 70: "M_EI_NA_1", 100: "C_IC_NA_1", 101: "C_CI_NA_1", 102: "C_RD_NA_1", 103: "C_CS_NA_1", 104: "C_TS_NA_1", 105: "C_RP_NA_1", 106: "C_CD_NA_1",
	107: "C_TS_TA_1", 110: "P_ME_NA_1", 111: "P_ME_NB_1", 112: "P_ME_NC_1", 113: "P_AC_NA_1", 120: "F_FR_NA_1", 121: "F_SR_NA_1", 122: "F_SC_NA_1", 123: "F_LS_NA_1", 124: "F_AF_NA_1", 125: "F_SG_NA_1",
	126: "F_DR_TA_1", 127: "F_SC_NB_1"}

var causes = map[uint64]string{1: "Per/Cyc", 2: "Back", 3: "Spont", 4: "Init", 5: "Req", activation: "Act", activated: "ActCon", deactivation: "Deact", deactivated: "DeactCon", 10: "ActTerm", 11: "Retrem",
	12: "Retloc", 13: "File", 20: "Inrogen", 37: "Reqcogen", 44: "UkTypeId", 45: "UkCauseTx", 46: "UkComAdrASDU", 47: "UkIOA"}

var controls = map[uint64]string{1: "STARTDT act", 2: "STARTDT con", 4: "STOPDT act", 8: "STOPDT con", 16: "TESTFR act", 32: "TESTFR con"}

// name is the name of n, or n in angle brackets after the kind of number that it is.
func name(names map[uint64]string, kind string, n uint64) string {
	if s := names[n]; s != "" {
		return s
	}
	return fmt.Sprintf("<%s=%d>", kind, n)
}

// causeName is name for causes, of which two ranges are groups.
func causeName(n uint64) string {
	const firstGroup, lastGroup, firstCounters, lastCounters = 21, 36, 38, 41
	switch {
	case n >= firstGroup && n <= lastGroup:
		return fmt.Sprintf("Inro%d", n-firstGroup+1)
	case n >= firstCounters && n <= lastCounters:
		return fmt.Sprintf("Reqco%d", n-firstCounters+1)
	}
	return name(causes, "CauseTx", n)
}

// summary reads "I (0,3) ASDU=1 C_SC_NA_1 ActCon IOA=3201", "S (4)" or "U (STARTDT act)".
func summary(dst []byte, v dissect.View) []byte {
	f, ok := v.Uint(fFormat)
	if !ok {
		return dst
	}
	rx, _ := v.Uint(fRx)
	switch f {
	case formatS:
		return fmt.Appendf(dst, "S (%d)", rx)
	case formatU:
		n, _ := v.Uint(fControl)
		return fmt.Appendf(dst, "U (%s)", name(controls, "UType", n))
	}
	tx, _ := v.Uint(fTx)
	dst = fmt.Appendf(dst, "I (%d,%d)", tx, rx)
	kind, ok := v.Uint(fType)
	if !ok {
		return dst
	}
	address, _ := v.Uint(fAddress)
	cause, _ := v.Uint(fCause)
	dst = fmt.Appendf(dst, " ASDU=%d %s %s", address, name(types, "TypeId", kind), causeName(cause))
	if no, _ := v.Uint(fNegative); no != 0 {
		dst = append(dst, " NEGA"...)
	}
	n := 0
	v.All(fObject, func(text []byte) {
		if n++; n == 1 {
			dst = append(append(dst, " IOA="...), text...)
		}
	})
	if n > 1 {
		dst = append(dst, ", …"...)
	}
	return dst
}
