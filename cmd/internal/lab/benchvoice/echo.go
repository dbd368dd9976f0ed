package benchvoice

import (
	"time"

	"offhook/media/dsp/echo"
)

// freshCanceller makes the telephone's own, with everything on, of blocks of 10 ms.
func freshCanceller() (Block, error) {
	return echo.New(echo.Config{Rate: rate, Block: rate / 100, Tail: tail, Late: 500 * time.Millisecond, Noise: true})
}
