// SPDX-License-Identifier: Apache-2.0

package kerberos

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// errors are the names of error codes (RFC 4120, 7.5.9; RFC 4556, 3.1.3; RFC 6113, 6.3).
var errors = intern(map[int64]string{0: "KDC_ERR_NONE", 1: "KDC_ERR_NAME_EXP", 2: "KDC_ERR_SERVICE_EXP", 3: "KDC_ERR_BAD_PVNO", 4: "KDC_ERR_C_OLD_MAST_KVNO", 5: "KDC_ERR_S_OLD_MAST_KVNO",
	6: "KDC_ERR_C_PRINCIPAL_UNKNOWN", 7: "KDC_ERR_S_PRINCIPAL_UNKNOWN", 8: "KDC_ERR_PRINCIPAL_NOT_UNIQUE", 9: "KDC_ERR_NULL_KEY", 10: "KDC_ERR_CANNOT_POSTDATE", 11: "KDC_ERR_NEVER_VALID",
	12: "KDC_ERR_POLICY", 13: "KDC_ERR_BADOPTION", 14: "KDC_ERR_ETYPE_NOSUPP", 15: "KDC_ERR_SUMTYPE_NOSUPP", 16: "KDC_ERR_PADATA_TYPE_NOSUPP", 17: "KDC_ERR_TRTYPE_NOSUPP",
	18: "KDC_ERR_CLIENT_REVOKED", 19: "KDC_ERR_SERVICE_REVOKED", 20: "KDC_ERR_TGT_REVOKED", 21: "KDC_ERR_CLIENT_NOTYET", 22: "KDC_ERR_SERVICE_NOTYET", 23: "KDC_ERR_KEY_EXPIRED",
	24: "KDC_ERR_PREAUTH_FAILED", 25: "KDC_ERR_PREAUTH_REQUIRED", 26: "KDC_ERR_SERVER_NOMATCH", 27: "KDC_ERR_MUST_USE_USER2USER", 28: "KDC_ERR_PATH_NOT_ACCEPTED", 29: "KDC_ERR_SVC_UNAVAILABLE",
	31: "KRB_AP_ERR_BAD_INTEGRITY", 32: "KRB_AP_ERR_TKT_EXPIRED", 33: "KRB_AP_ERR_TKT_NYV", 34: "KRB_AP_ERR_REPEAT", 35: "KRB_AP_ERR_NOT_US", 36: "KRB_AP_ERR_BADMATCH", 37: "KRB_AP_ERR_SKEW",
	38: "KRB_AP_ERR_BADADDR", 39: "KRB_AP_ERR_BADVERSION", 40: "KRB_AP_ERR_MSG_TYPE", 41: "KRB_AP_ERR_MODIFIED", 42: "KRB_AP_ERR_BADORDER", 44: "KRB_AP_ERR_BADKEYVER", 45: "KRB_AP_ERR_NOKEY",
	46: "KRB_AP_ERR_MUT_FAIL", 47: "KRB_AP_ERR_BADDIRECTION", 48: "KRB_AP_ERR_METHOD", 49: "KRB_AP_ERR_BADSEQ", 50: "KRB_AP_ERR_INAPP_CKSUM", 51: "KRB_AP_PATH_NOT_ACCEPTED",
	52: "KRB_ERR_RESPONSE_TOO_BIG", 60: "KRB_ERR_GENERIC", 61: "KRB_ERR_FIELD_TOOLONG", 62: "KDC_ERR_CLIENT_NOT_TRUSTED", 64: "KDC_ERR_INVALID_SIG",
	65: "KDC_ERR_DH_KEY_PARAMETERS_NOT_ACCEPTED", 66: "KDC_ERR_CERTIFICATE_MISMATCH", 67: "KRB_AP_ERR_NO_TGT", 68: "KDC_ERR_WRONG_REALM", 69: "KRB_AP_ERR_USER_TO_USER_REQUIRED",
	70: "KDC_ERR_CANT_VERIFY_CERTIFICATE", 71: "KDC_ERR_INVALID_CERTIFICATE", 72: "KDC_ERR_REVOKED_CERTIFICATE", 73: "KDC_ERR_REVOCATION_STATUS_UNKNOWN", 75: "KDC_ERR_CLIENT_NAME_MISMATCH",
	76: "KDC_ERR_KDC_NAME_MISMATCH", 77: "KDC_ERR_INCONSISTENT_KEY_PURPOSE", 90: "KDC_ERR_PREAUTH_EXPIRED", 91: "KDC_ERR_MORE_PREAUTH_DATA_REQUIRED", 93: "KDC_ERR_UNKNOWN_CRITICAL_FAST_OPTIONS"})

func intern(texts map[int64]string) map[int64]field.Str {
	m := make(map[int64]field.Str, len(texts))
	for n, text := range texts {
		m[n] = field.Intern(text)
	}
	return m
}

// summary reads "AS-REQ alice@EXAMPLE.COM for krbtgt/EXAMPLE.COM", "KRB Error: KDC_ERR_PREAUTH_REQUIRED".
func summary(dst []byte, v dissect.View) []byte {
	first := true
	v.All(fType, func(t []byte) {
		if !first {
			return
		}
		first = false
		if name := names[string(t)]; name != "" {
			dst = append(dst, name...)
		} else {
			dst = append(append(dst, "Type "...), t...)
		}
	})
	if first {
		dst = append(dst, "Ticket"...)
	}
	if name, ok := v.Text(append(dst, ": "...), fError); ok {
		return name
	}
	if code, ok := v.Uint(fErrorCode); ok {
		return strconv.AppendUint(append(dst, ": error "...), code, 10)
	}
	dst = joined(append(dst, ' '), v, fClient, '/')
	at := len(dst)
	if dst[at-1] == ' ' {
		dst, at = dst[:at-1], at-1
	} else if realm, ok := v.Text(append(dst, '@'), fRealm); ok {
		dst, at = realm, len(realm)
	}
	if name, ok := v.Text(append(dst, " for "...), fService); ok {
		return name
	}
	return dst[:at]
}

// joined appends the values of a field, at most maxParts.
func joined(dst []byte, v dissect.View, id field.ID, between byte) []byte {
	n := 0
	v.All(id, func(text []byte) {
		if n++; n > maxParts {
			return
		}
		if n > 1 {
			dst = append(dst, between)
		}
		dst = append(dst, text...)
	})
	return dst
}
