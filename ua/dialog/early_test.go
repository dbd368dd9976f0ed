package dialog

import "testing"

// gated is a provisional response that says whether it may be heard.
func gated(tag, sdp string, g Gate) Responded {
	r := got(1, 183, tag, sdp)
	r.Response.Gate = g
	return r
}

func TestStep_early_media_of_forks(t *testing.T) {
	one := []any{dial, got(1, 183, "one", "sdp-1")}
	both := []any{one, got(1, 183, "two", "sdp-2")}
	run(t, []row{
		{arrow: "calling: 183 with sound -> heard", given: calling, when: got(1, 183, "one", "sdp-1"), want: "accept sdp-1; early; early+sound"},
		{arrow: "heard: another fork with sound -> that one", given: one, when: got(1, 183, "two", "sdp-2"), want: "accept sdp-2"},
		{arrow: "heard: another fork rings -> goes on", given: one, when: got(1, 180, "two", ""), want: "early+sound"},
		{arrow: "two: the heard one ends -> the other", given: both, when: got(1, 199, "two", ""), want: "accept sdp-1; early+sound"},
		{arrow: "two: the other one ends -> goes on", given: both, when: got(1, 199, "one", ""), want: "early+sound"},
		{arrow: "heard: it ends -> nothing to hear", given: []any{one, got(1, 180, "two", "")}, when: got(1, 199, "one", ""), want: "early"},
		{arrow: "two: 200 of the first -> its sound", given: both, when: got(1, 200, "one", "sdp-1"), want: "ack one; accept sdp-1; confirmed"},
		{arrow: "two: 200 of both -> BYE to the second", given: []any{both, got(1, 200, "one", "sdp-1")}, when: got(1, 200, "two", "sdp-2"), want: "ack two; send BYE>two"},
		{arrow: "calling: 183 with a shut gate -> ring-back of ours", given: calling, when: gated("one", "sdp-1", GateShut), want: "accept sdp-1; early"},
		{arrow: "shut: the gate opens -> heard", given: []any{dial, gated("one", "sdp-1", GateShut)}, when: gated("one", "", GateOpen), want: "early+sound"},
		{arrow: "heard: the gate shuts -> not heard", given: one, when: gated("one", "", GateShut), want: "early"},
		{arrow: "heard: another fork's gate shuts -> goes on", given: one, when: gated("two", "", GateShut), want: ""},
		{arrow: "shut: 200 -> talk", given: []any{dial, gated("one", "sdp-1", GateShut)}, when: got(1, 200, "one", "sdp-1"), want: "ack one; accept sdp-1; confirmed"},
	})
}
