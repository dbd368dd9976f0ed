package media

// Second is one second of a call, as it went. Of what was not measured there is a zero.
type Second struct {
	Expected  uint16 `json:"expected"` // packets that were to come
	Lost      uint16 `json:"lost"`     // and did not
	Late      uint16 `json:"late"`     // and came too late to be played
	Concealed uint16 `json:"concealed_ms"`
	Jitter    uint16 `json:"jitter_ms"`
	Delay     uint16 `json:"delay_ms"` // in the play-out buffer
	RoundTrip uint16 `json:"round_trip_ms"`
	MOS       uint8  `json:"mos_10"` // conversational, in tenths
	Level     int8   `json:"level"`  // received, dBov
	Sent      int8   `json:"sent"`   // level, dBov
}

// Missed is how many of its packets were not heard.
func (s Second) Missed() int { return int(s.Lost) + int(s.Late) }
