package boardbox

import (
	"context"
	"errors"
	"time"
)

const (
	// looks are so many readings that a contact was seen closed for longer than it is
	// taken to bounce: a driver reads each 5 ms while it does, and believes 15 ms.
	looks = 8
	// unwatched is how long a contact is not read when its driver is done with it.
	unwatched = 150 * time.Millisecond
)

// finger presses a button: as long as a person does, and until the telephone has
// looked at it often enough. A busy machine emulates in fits, and 250 ms may be none
// for what is in it; a finger would press longer, too. A button that is never looked
// at is told as that.
func (x *boxed) finger(ctx context.Context, name string, reads func() int, press func(down bool)) error {
	before := reads()
	press(true)
	err := errors.Join(x.wait(ctx, between),
		x.until(ctx, "looking at the button "+name, soon, func() bool { return reads() >= before+looks }))
	up := reads()
	press(false)
	if err != nil {
		return err
	}
	last, since := up, time.Now()
	return x.until(ctx, "looking at the button "+name+" that is up again", soon, func() bool {
		if now := reads(); now != last {
			last, since = now, time.Now()
		}
		return last > up && time.Since(since) > unwatched
	})
}

// push pushes a button of the board that closes to ground.
func (x *boxed) push(ctx context.Context, line string) error {
	return x.finger(ctx, line, func() int { return x.board.Reads(line) }, func(down bool) { x.board.Set(line, !down) })
}
