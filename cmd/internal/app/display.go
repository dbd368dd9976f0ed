package app

import (
	"context"
	"errors"
	"image"
	"log/slog"
	"sync"

	"offhook/board"
	"offhook/cmd/internal/phone"
	"offhook/cmd/internal/screen"
	"offhook/hal"
)

// display draws the newest View in its own goroutine: a slow panel delays no
// call, and misses only Views that nobody would have seen.
type display struct {
	easel   easel // nil on a board without a screen
	log     *slog.Logger
	views   chan phone.View // one slot: the newest wins
	light   chan int        // likewise
	picture chan chan image.Image
}

func newDisplay(d *board.Devices, log *slog.Logger) *display {
	return &display{easel: newEasel(d), log: log, views: make(chan phone.View, 1), light: make(chan int, 1), picture: make(chan chan image.Image)}
}

// show never blocks. Only the phone's goroutine calls it.
func (d *display) show(v phone.View) { newest(d.views, v) }

// backlight never blocks. Only the phone's goroutine calls it.
func (d *display) backlight(percent int) { newest(d.light, percent) }

// newest puts v into a channel of one slot in place of what waits there.
func newest[T any](slot chan T, v T) {
	for {
		select {
		case slot <- v:
			return
		default:
		}
		select {
		case <-slot:
		default:
		}
	}
}

func (d *display) run(ctx context.Context) error {
	if d.easel == nil {
		<-ctx.Done()
		return nil
	}
	panel, _ := d.easel.(*pixels)
	var resized <-chan struct{}
	if panel != nil {
		if r, ok := panel.Display.(hal.Resizer); ok {
			resized = r.Resized()
		}
	}
	var view phone.View
	var complaint sync.Once
	for {
		select {
		case <-ctx.Done():
			return nil
		case view = <-d.views:
		case <-resized:
			panel.resize()
		case percent := <-d.light:
			if err := d.easel.Backlight(percent); err != nil {
				d.log.Debug("backlight", "error", err)
			}
			continue
		case reply := <-d.picture:
			reply <- d.easel.picture(view)
			continue
		}
		err := d.easel.show(view)
		if err != nil && !errors.Is(err, hal.ErrClosed) {
			complaint.Do(func() { d.log.Error("the screen does not take pictures", "error", err) })
		}
	}
}

var errNoScreen = errors.New("this board has no screen")

// screenshot is what the screen shows, as a PNG.
func (d *display) screenshot(ctx context.Context) ([]byte, error) {
	if d.easel == nil {
		return nil, errNoScreen
	}
	reply := make(chan image.Image, 1)
	select {
	case d.picture <- reply:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case img := <-reply:
		return screen.PNG(img)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
