package boardbox

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// theScreen is the telephone with a screen of many colours; at the end it hangs.
func theScreen(ctx context.Context, b *box, x *boxed) error {
	b.check("screen: /dev/fb0 shows keys as they are pressed", x.draws(ctx))
	b.check("watchdog: a hung agent's board is reset", x.hang(ctx))
	return nil
}

// draws looks at the screen before and after keys are pressed.
func (x *boxed) draws(ctx context.Context) error {
	before, err := x.screen("screen-idle")
	if err != nil {
		return err
	}
	if n := colours(before); n < 3 {
		return fmt.Errorf("the idle screen has %d colours", n)
	}
	if err := x.press(ctx, "601"); err != nil {
		return err
	}
	late := time.Now().Add(soon)
	for time.Now().Before(late) {
		after, err := x.screen("screen-dialling")
		if err != nil {
			return err
		}
		if d := different(before, after); d > 500 { // more than the clock
			return nil
		}
	}
	return errors.New("the screen stays as it was")
}

// screen is what the monitor shows.
func (x *boxed) screen(name string) (image.Image, error) {
	dir := x.box.order.Pictures
	if dir == "" {
		dir = x.box.order.Dir
	}
	file, err := filepath.Abs(filepath.Join(dir, "box-"+name+".png"))
	if err != nil {
		return nil, err
	}
	if err := screendump(x.monitor, file); err != nil {
		return nil, err
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return png.Decode(f)
}

// colours counts them, up to ten.
func colours(m image.Image) int {
	seen := map[[4]uint32]bool{}
	for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
		for x := m.Bounds().Min.X; x < m.Bounds().Max.X && len(seen) < 10; x++ {
			r, g, b, a := m.At(x, y).RGBA()
			seen[[4]uint32{r, g, b, a}] = true
		}
	}
	return len(seen)
}

// different counts the pixels that are.
func different(a, b image.Image) (n int) {
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				n++
			}
		}
	}
	return n
}

// hang stops the agent's process: the machine has to go off and on by itself, which
// QEMU ends with.
func (x *boxed) hang(ctx context.Context) error {
	if _, err := x.ask(ctx, http.MethodPost, "/signal", url.Values{"name": {"STOP"}}, nil); err != nil {
		return err
	}
	began := time.Now()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	select {
	case <-x.done:
		x.box.tell("      reset %.1f s after the agent hung", time.Since(began).Seconds())
		return nil
	case <-limit.C:
		return errors.New("the board still runs a minute later")
	case <-ctx.Done():
		return ctx.Err()
	}
}
