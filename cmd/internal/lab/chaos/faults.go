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

// lanes is how many telephones there are, each with a world of its own: most faults are
// waited for, and what one waits another may use.
const lanes = 4

// faults are all, in the order in which those of a lane are made.
func faults() []fault {
	return []fault{
		{0, "killed at random moments", atOnce, kills},
		{0, "exchange: one restart", atOnce, exchangeRestarted},
		{0, "exchange: restart after restart", atOnce, exchangeFlaps},
		{0, "exchange: a restart in a call", atOnce, exchangeRestartedInCall},
		{0, "exchange: away for a minute", atOnce, exchangeAway},
		{0, "exchange: in a black hole", byKeepAlive, blackHole},
		{0, "exchange: a black hole that is one way, fresh", byRefresh, oneWayHole},
		{0, "exchange: half-open, takes and never answers", atOnce, halfOpen},
		{0, "exchange: forgot its connections unheard", byKeepAlive, forgotten},
		{0, "exchange: three seconds late", byKeepAlive, slow},
		{0, "exchange: refuses, by reset", atOnce, refuses},
		{1, "names: lie, nobody there, for a day", atOnce, namesNobody},
		{1, "disk: full", atOnce, diskFull},
		{1, "disk: read-only", atOnce, diskReadOnly},
		{1, "disk: emptied", atOnce, diskEmptied},
		{1, "disk: errors of writing", atOnce, diskErrors},
		{1, "memory: none, then little", atOnce, noMemory},
		{1, "page: closed in calls, a key held", atOnce, pageClosed},
		{1, "codec: unplugged in a call", atOnce, wounded(codecUnplugged)},
		{1, "I2C: stuck, in a call", atOnce, wounded(busStuck)},
		{1, "I2C: stuck at the start", atOnce, wounded(busStuckAtStart)},
		{1, "GPIO: hook and keys chatter", atOnce, wounded(chatter)},
		{2, "names: dead at the start", atOnce, namesDead},
		{2, "names: dead while the exchange restarts", atOnce, namesDeadRestart},
		{2, "names: lie, no such name", atOnce, namesNothing},
		{2, "names: lie, a stranger's address, for a day", atOnce, namesStranger},
		{2, "interface: flaps", atOnce, flaps},
		{2, "interface: down for half a minute", atOnce, cableOut},
		{2, "interface: another address, in a call", byKeepAlive, moved},
		{3, "clock: ten years ahead, and back", atOnce, jump(tenYears)},
		{3, "clock: ten years back, and right again", atOnce, jump(-tenYears)},
		{3, "clock: both in a call", atOnce, withClock(jumpInCall)},
		{3, "clock: ten years back at the start", atOnce, startWrong(-tenYears)},
		{3, "clock: ten years ahead at the start", atOnce, startWrong(tenYears)},
	}
}
