package chaos

import "time"

// What the telephone may need to notice that nothing gets through: a keep-alive's
// interval, the time for its answer, and a look. A connection that is ended is
// noticed at once; so is a cable.
var (
	byRefresh   = allowance{registration: 30*time.Second + 32*time.Second + 3*time.Second, call: 3 * time.Second} // half of its minute, and RFC 3261's timer F
	byKeepAlive = allowance{registration: keepAlive + 10*time.Second + 2*time.Second, call: 3 * time.Second}
	atOnce      = allowance{registration: 2 * time.Second, call: 3 * time.Second}
)

// faults are all, in the order in which they are made.
func faults() []fault {
	return []fault{
		{"killed at random moments", atOnce, kills},
		{"exchange: one restart", atOnce, exchangeRestarted},
		{"exchange: restart after restart", atOnce, exchangeFlaps},
		{"exchange: a restart in a call", atOnce, exchangeRestartedInCall},
		{"exchange: away for a minute", atOnce, exchangeAway},
		{"exchange: in a black hole", byKeepAlive, blackHole},
		{"exchange: a black hole that is one way, fresh", byRefresh, oneWayHole},
		{"exchange: half-open, takes and never answers", atOnce, halfOpen},
		{"exchange: forgot its connections unheard", byKeepAlive, forgotten},
		{"exchange: three seconds late", byKeepAlive, slow},
		{"exchange: refuses, by reset", atOnce, refuses},
		{"names: dead at the start", atOnce, namesDead},
		{"names: dead while the exchange restarts", atOnce, namesDeadRestart},
		{"names: lie, nobody there, for a day", atOnce, namesNobody},
		{"names: lie, no such name", atOnce, namesNothing},
		{"names: lie, a stranger's address, for a day", atOnce, namesStranger},
		{"interface: flaps", atOnce, flaps},
		{"interface: down for half a minute", atOnce, cableOut},
		{"interface: another address, in a call", byKeepAlive, moved},
		{"disk: full", atOnce, diskFull},
		{"disk: read-only", atOnce, diskReadOnly},
		{"disk: emptied", atOnce, diskEmptied},
		{"disk: errors of writing", atOnce, diskErrors},
		{"memory: none, then little", atOnce, noMemory},
		{"page: closed in calls, a key held", atOnce, pageClosed},
		{"clock: ten years ahead, and back", atOnce, jump(tenYears)},
		{"clock: ten years back, and right again", atOnce, jump(-tenYears)},
		{"clock: both in a call", atOnce, withClock(jumpInCall)},
		{"clock: ten years back at the start", atOnce, startWrong(-tenYears)},
		{"clock: ten years ahead at the start", atOnce, startWrong(tenYears)},
		{"codec: unplugged in a call", atOnce, wounded(codecUnplugged)},
		{"I2C: stuck, in a call", atOnce, wounded(busStuck)},
		{"I2C: stuck at the start", atOnce, wounded(busStuckAtStart)},
		{"GPIO: hook and keys chatter", atOnce, wounded(chatter)},
	}
}
