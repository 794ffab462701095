// SPDX-License-Identifier: Apache-2.0

package common

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/field"
)

var fStatement = field.Group("statement_test").Add("text", field.Wildcard, "", "")

func statementOf(text string, reveal bool) string {
	var o field.Buffer
	o.Reveal = reveal
	o.Start()
	Statement(&o, fStatement, []byte(text))
	return string(field.AppendText(nil, field.Wildcard, o.Entries[0], o.Arena))
}

func TestStatement(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"SELECT * FROM users WHERE name = 'alice'", "SELECT * FROM users WHERE name = 'alice'"},
		{"select password from users where name = 'alice'", "select password from users where name = 'alice'"},
		{"SELECT 1\x00", "SELECT 1"},
		{"SET PASSWORD = 'hunter2'", "SET PASSWORD = [redacted]"},
		{"SET PASSWORD FOR 'bob'@'%' = PASSWORD('hunter2')", "SET PASSWORD FOR 'bob'@'%' = PASSWORD([redacted])"},
		{"SET PASSWORD FOR 'bob'@'%' = \"hun\\\"ter2\"", "SET PASSWORD FOR 'bob'@'%' = [redacted]"},
		{"SET PASSWORD TO 'hunter2' REPLACE 'hunter1'", "SET PASSWORD TO [redacted] REPLACE [redacted]"},
		{"create user bob identified by 'hunter2', eve identified by 'hun''ter2'", "create user bob identified by [redacted], eve identified by [redacted]"},
		{"CREATE USER bob IDENTIFIED WITH 'mysql_native_password' AS '*AB'", "CREATE USER bob IDENTIFIED WITH 'mysql_native_password' AS [redacted]"},
		{"CREATE USER bob IDENTIFIED BY PASSWORD '*AB' REQUIRE ISSUER 'x'", "CREATE USER bob IDENTIFIED BY PASSWORD [redacted] REQUIRE ISSUER 'x'"},
		{"CREATE USER bob IDENTIFIED BY RANDOM PASSWORD", "CREATE USER bob IDENTIFIED BY RANDOM PASSWORD"},
		{"ALTER USER scott IDENTIFIED BY tiger REPLACE lion", "ALTER USER scott IDENTIFIED BY [redacted] REPLACE [redacted]"},
		{"ALTER USER scott IDENTIFIED BY VALUES 'S:1'", "ALTER USER scott IDENTIFIED BY VALUES [redacted]"},
		{"CHANGE MASTER TO MASTER_USER='r', MASTER_PASSWORD='hunter2', MASTER_HOST='h'", "CHANGE MASTER TO MASTER_USER='r', MASTER_PASSWORD=[redacted], MASTER_HOST='h'"},
		{"ALTER ROLE bob ENCRYPTED PASSWORD E'hunter2' VALID UNTIL 'x'", "ALTER ROLE bob ENCRYPTED PASSWORD E[redacted] VALID UNTIL 'x'"},
		{"ALTER ROLE bob PASSWORD $q$hunter2$q$; SELECT $1, 'a'", "ALTER ROLE bob PASSWORD [redacted]; SELECT $1, 'a'"},
		{"CREATE LOGIN bob WITH PASSWORD = N'hunter2', CHECK_POLICY = OFF", "CREATE LOGIN bob WITH PASSWORD = N[redacted], CHECK_POLICY = OFF"},
		{"CREATE LOGIN bob WITH PASSWORD = 0x0200AB HASHED", "CREATE LOGIN bob WITH PASSWORD = [redacted] HASHED"},
		{"CREATE ROLE bob WITH PASSWORD = 'hunter2", "CREATE ROLE bob WITH PASSWORD = [redacted]"},
		{"PASSWORD $q$hunter2", "PASSWORD [redacted]"},
		{"PASSWORD 'a\\", "PASSWORD [redacted]"},
	} {
		if got := statementOf(tt.text, false); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
	if got := statementOf("SET PASSWORD = 'hunter2'", true); got != "SET PASSWORD = 'hunter2'" {
		t.Errorf("revealed: %s", got)
	}
	if got := statementOf(strings.Repeat("x", MaxStatement+1), false); len(got) != MaxStatement {
		t.Errorf("%d bytes", len(got))
	}
}

func FuzzStatement(f *testing.F) {
	f.Add("SET PASSWORD FOR a = PASSWORD('", "')")
	f.Fuzz(func(t *testing.T, before, after string) {
		const canary = "canary2b7e151628aed2a6"
		text := "SET PASSWORD = '" + strings.NewReplacer("'", "", "\\", "").Replace(before) + canary + "'" + after
		if got := statementOf(text, false); strings.Contains(got, canary) && !strings.Contains(after, canary) {
			t.Fatalf("%q gave %q", text, got)
		}
	})
}
