package media

import "time"

// Stats are a stream's figures since it was opened.
type Stats struct {
	Sent, Received uint64 // RTP packets
	SentBytes      uint64 // of payload
	ReceivedBytes  uint64
	Lost           uint64        // expected and never received (RFC 3550 §A.3)
	Late           uint64        // received after their play-out time
	Discarded      uint64        // malformed, duplicate, foreign or not authenticated
	Foreign        uint64        // in the clear, and of another source than the call's: ignored
	Concealed      time.Duration // sound made up
	Recovered      time.Duration // sound of lost packets that the next ones repeated
	Expanded       time.Duration // sound stretched
	Accelerated    time.Duration // sound compressed
	Jitter         time.Duration // interarrival jitter (RFC 3550 §6.4.1)
	PlayoutDelay   time.Duration // of the jitter buffer, now
	RoundTrip      time.Duration // by RTCP; 0 until measured
	RemoteLost     float64       // fraction the far end reports lost; meaningful if RoundTrip or RemoteReports
	RemoteJitter   time.Duration
	RemoteReports  uint64
	// How it is, by RFC 3611 §4.7 and ITU-T G.107; 0 until measured.
	BurstDensity, GapDensity        float64 // lost or discarded, within bursts of it and between them
	BurstDuration, GapDuration      time.Duration
	R                               float64 // of the call as heard here, at most 93.2
	MOSListening, MOSConversational float64 // 1 to 4.5
	// The same as the far end tells of us.
	RemoteR                                     float64
	RemoteMOSListening, RemoteMOSConversational float64
	FirstSent                                   time.Time // zero until it happened
	FirstReceived                               time.Time
	LastReceived                                time.Time
	LevelSent                                   float64 // dBov of the last second, -127 for silence
	LevelReceived                               float64
	KeySent, KeyReceived                        uint64    // packets under the SRTP keys of now
	Suite                                       string    // SRTP crypto suite, "" for plain RTP
	Encoding                                    string    // of what is sent
	HandsFree                                   HandsFree // nothing is known where nothing is done
}
