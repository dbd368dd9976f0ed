package media

// Figures are for machines: names and values of what is known.
func (s Stats) Figures(yield func(name string, value float64)) {
	yield("packets_received", float64(s.Received))
	yield("packets_lost", float64(s.Lost))
	yield("packets_late", float64(s.Late))
	yield("packets_discarded", float64(s.Discarded))
	yield("concealed_seconds", s.Concealed.Seconds())
	if s.Received > 0 {
		yield("jitter_seconds", s.Jitter.Seconds())
		yield("playout_delay_seconds", s.PlayoutDelay.Seconds())
	}
	if s.RoundTrip > 0 {
		yield("round_trip_seconds", s.RoundTrip.Seconds())
	}
	if s.RemoteReports > 0 {
		yield("remote_loss_ratio", s.RemoteLost)
		yield("remote_jitter_seconds", s.RemoteJitter.Seconds())
	}
	if s.MOSConversational > 0 {
		yield("mos_listening", s.MOSListening)
		yield("mos_conversational", s.MOSConversational)
	}
}
