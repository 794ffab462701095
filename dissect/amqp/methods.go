// SPDX-License-Identifier: Apache-2.0

package amqp

// method091 is a method of version 0-9-1: its name; whether another answers it, or the number of the one of its class that it answers; and
// its arguments, a letter each, as far as there is something of use:
//
//	1 2 4 8 so many bytes, T table, s text, e exchange, q queue, k routing key, v virtual host, t consumer, c code of a reply, x its text, L login
type method091 struct {
	name      string
	asks      bool
	answers   uint16
	arguments string
}

// table is by class and method (AMQP 0-9-1, 1).
var table = map[uint32]method091{
	10<<16 | 10: {"Connection.Start", true, 0, ""}, 10<<16 | 11: {"Connection.Start-Ok", false, 10, "TL"}, 10<<16 | 20: {"Connection.Secure", true, 0, ""},
	10<<16 | 21: {"Connection.Secure-Ok", false, 20, ""}, 10<<16 | 30: {"Connection.Tune", true, 0, ""}, 10<<16 | 31: {"Connection.Tune-Ok", false, 30, ""},
	10<<16 | 40: {"Connection.Open", true, 0, "v"}, 10<<16 | 41: {"Connection.Open-Ok", false, 40, ""}, 10<<16 | 50: {"Connection.Close", true, 0, "cx"},
	10<<16 | 51: {"Connection.Close-Ok", false, 50, ""}, 10<<16 | 60: {"Connection.Blocked", false, 0, "x"}, 10<<16 | 61: {"Connection.Unblocked", false, 0, ""},
	20<<16 | 10: {"Channel.Open", true, 0, ""}, 20<<16 | 11: {"Channel.Open-Ok", false, 10, ""}, 20<<16 | 20: {"Channel.Flow", true, 0, ""}, 20<<16 | 21: {"Channel.Flow-Ok", false, 20, ""},
	20<<16 | 40: {"Channel.Close", true, 0, "cx"}, 20<<16 | 41: {"Channel.Close-Ok", false, 40, ""},
	40<<16 | 10: {"Exchange.Declare", true, 0, "2e"}, 40<<16 | 11: {"Exchange.Declare-Ok", false, 10, ""}, 40<<16 | 20: {"Exchange.Delete", true, 0, "2e"}, 40<<16 | 21: {"Exchange.Delete-Ok", false, 20, ""},
	40<<16 | 30: {"Exchange.Bind", true, 0, "2eek"}, 40<<16 | 31: {"Exchange.Bind-Ok", false, 30, ""}, 40<<16 | 40: {"Exchange.Unbind", true, 0, "2eek"}, 40<<16 | 51: {"Exchange.Unbind-Ok", false, 40, ""},
	50<<16 | 10: {"Queue.Declare", true, 0, "2q"}, 50<<16 | 11: {"Queue.Declare-Ok", false, 10, "q"}, 50<<16 | 20: {"Queue.Bind", true, 0, "2qek"}, 50<<16 | 21: {"Queue.Bind-Ok", false, 20, ""},
	50<<16 | 30: {"Queue.Purge", true, 0, "2q"}, 50<<16 | 31: {"Queue.Purge-Ok", false, 30, ""}, 50<<16 | 40: {"Queue.Delete", true, 0, "2q"}, 50<<16 | 41: {"Queue.Delete-Ok", false, 40, ""},
	50<<16 | 50: {"Queue.Unbind", true, 0, "2qek"}, 50<<16 | 51: {"Queue.Unbind-Ok", false, 50, ""},
	60<<16 | 10: {"Basic.Qos", true, 0, ""}, 60<<16 | 11: {"Basic.Qos-Ok", false, 10, ""}, 60<<16 | 20: {"Basic.Consume", true, 0, "2qt"}, 60<<16 | 21: {"Basic.Consume-Ok", false, 20, "t"},
	60<<16 | 30: {"Basic.Cancel", true, 0, "t"}, 60<<16 | 31: {"Basic.Cancel-Ok", false, 30, "t"}, 60<<16 | 40: {"Basic.Publish", false, 0, "2ek"}, 60<<16 | 50: {"Basic.Return", false, 0, "cxek"},
	60<<16 | 60: {"Basic.Deliver", false, 0, "t81ek"}, 60<<16 | 70: {"Basic.Get", true, 0, "2q"}, 60<<16 | 71: {"Basic.Get-Ok", false, 70, "81ek"}, 60<<16 | 72: {"Basic.Get-Empty", false, 70, ""},
	60<<16 | 80: {"Basic.Ack", false, 0, ""}, 60<<16 | 90: {"Basic.Reject", false, 0, ""}, 60<<16 | 100: {"Basic.Recover-Async", false, 0, ""}, 60<<16 | 110: {"Basic.Recover", true, 0, ""},
	60<<16 | 111: {"Basic.Recover-Ok", false, 110, ""}, 60<<16 | 120: {"Basic.Nack", false, 0, ""},
	85<<16 | 10: {"Confirm.Select", true, 0, ""}, 85<<16 | 11: {"Confirm.Select-Ok", false, 10, ""},
	90<<16 | 10: {"Tx.Select", true, 0, ""}, 90<<16 | 11: {"Tx.Select-Ok", false, 10, ""}, 90<<16 | 20: {"Tx.Commit", true, 0, ""}, 90<<16 | 21: {"Tx.Commit-Ok", false, 20, ""},
	90<<16 | 30: {"Tx.Rollback", true, 0, ""}, 90<<16 | 31: {"Tx.Rollback-Ok", false, 30, ""},
}
