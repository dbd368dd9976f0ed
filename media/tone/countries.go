package tone

// countries is the table of ITU-T E.180 Supplement 2 and the national
// specifications, in the order of the codes. Frequencies in Hz, times in ms.
func countries() []country {
	f400, f420, f425, f440 := chord(400), chord(420), chord(425), chord(440)
	us, uk := chord(350, 440), chord(400, 450)
	au := chord(400, 425, 450) // 425 Hz modulated with 25 Hz
	jp := chord(384, 400, 416) // 400 Hz modulated with 16 Hz
	usRing := chord(440, 480)
	return []country{
		{
			code: "AT", dial: steady(f420), ringBack: parts(f420, 1000, 5000),
			busy: parts(f420, 400, 400), congestion: parts(f420, 200, 200),
			waiting: parts(f420, 40, 1950), stutter: steady(chord(380, 420)), confirm: threeBeeps(f420),
		},
		{
			code: "AU", dial: steady(au), ringBack: parts(au, 400, 200, 400, 2000),
			busy: parts(f425, 375, 375), congestion: parts(f425, 375, 375),
			waiting: parts(f425, 200, 200, 200, 4400), stutter: parts(au, 100, 40), confirm: threeBeeps(f425),
		},
		{
			code: "CH", dial: steady(f425), ringBack: parts(f425, 1000, 4000),
			busy: parts(f425, 500, 500), congestion: parts(f425, 200, 200),
			waiting: parts(f425, 200, 200, 200, 4000), stutter: alternate(f425, 1100, chord(340), 1100), confirm: threeBeeps(f425),
		},
		{
			code: "DE", dial: steady(f425), ringBack: parts(f425, 1000, 4000),
			busy: parts(f425, 480, 480), congestion: parts(f425, 240, 240),
			waiting: parts(f425, 200, 200, 200, 5000), stutter: steady(chord(400, 425)), confirm: threeBeeps(f425),
		},
		{
			code: "ES", dial: steady(f425), ringBack: parts(f425, 1500, 3000),
			busy: parts(f425, 200, 200), congestion: parts(f425, 200, 200, 200, 200, 200, 600),
			waiting: parts(f425, 175, 175, 175, 3500), stutter: parts(f425, 1000, 100), confirm: threeBeeps(f425),
		},
		{
			code: "FR", dial: steady(f440), ringBack: parts(f440, 1500, 3500),
			busy: parts(f440, 500, 500), congestion: parts(f440, 250, 250),
			waiting: parts(f440, 300, 10000), stutter: steady(chord(330, 440)), confirm: threeBeeps(f440),
		},
		{
			code: "IT", dial: parts(f425, 200, 200, 600, 1000), ringBack: parts(f425, 1000, 4000),
			busy: parts(f425, 500, 500), congestion: parts(f425, 200, 200),
			waiting: parts(f425, 400, 100, 250, 100, 150, 14000), stutter: stuttered(f425, 10, 100, 100), confirm: threeBeeps(f425),
		},
		{
			code: "JP", dial: steady(f400), ringBack: parts(jp, 1000, 2000),
			busy: parts(f400, 500, 500), congestion: parts(f400, 500, 500),
			waiting: parts(jp, 500, 8000), stutter: parts(f400, 125, 125), confirm: threeBeeps(f400),
		},
		{
			code: "NL", dial: steady(f425), ringBack: parts(f425, 1000, 4000),
			busy: parts(f425, 500, 500), congestion: parts(f425, 250, 250),
			waiting: parts(f425, 500, 9500), stutter: parts(f425, 500, 50), confirm: threeBeeps(f425),
		},
		{
			code: "UK", dial: steady(us), ringBack: parts(uk, 400, 200, 400, 2000),
			busy: parts(f400, 375, 375), congestion: parts(f400, 400, 350, 225, 525),
			waiting: parts(f400, 100, 3000), stutter: alternate(us, 750, f440, 750), confirm: parts(chord(1400), 1000, 1),
		},
		{
			code: "US", dial: steady(us), ringBack: parts(usRing, 2000, 4000),
			busy: parts(chord(480, 620), 500, 500), congestion: parts(chord(480, 620), 250, 250),
			waiting: parts(f440, 300, 9700), stutter: stuttered(us, 10, 100, 100), confirm: threeBeeps(us),
		},
	}
}

// alternate is two chords in turn without a gap.
func alternate(a [4]float64, on int, b [4]float64, then int) []Part {
	return []Part{{Freqs: a, On: ms(on)}, {Freqs: b, On: ms(then)}}
}
