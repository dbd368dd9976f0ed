package phone

// Recordable tells why nothing can be recorded now, "" if it can.
func (s State) Recordable() string {
	switch c := s.live(); {
	case !s.config.Recording:
		return s.texts().NoRecording
	case c == nil || !c.talking():
		return "there is no talk to record"
	}
	return ""
}

// setRecording begins or ends a recording of the talk. It goes on through a hold, as
// silence, and into a conference.
func (t *turn) setRecording(on bool) {
	switch {
	case !on:
		t.recording = false
	case t.recording:
	case t.Recordable() != "":
		t.remark(t.Recordable())
	default:
		t.recording = true
	}
}

// recorded: a recording is over, by itself if it was not asked to end.
func (t *turn) recorded(in Recorded) {
	if in.Cause == "" {
		return
	}
	t.recording = false
	t.complain(t.texts().RecordingEnded + ": " + in.Cause)
}

// recordingOver ends the recording with the last call.
func (t *turn) recordingOver() {
	if t.open() == 0 || !t.config.Recording {
		t.recording = false
	}
}
