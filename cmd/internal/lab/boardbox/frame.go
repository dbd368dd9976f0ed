package boardbox

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// frame is a picture that a screen has to show; testdata has it. Masked is where it
// may differ: clocks.
type frame struct {
	name   string
	masked []image.Rectangle
}

// The clock of the status line, and what stands at its left: its digits are not all of
// one width.
var (
	oledClock = image.Rect(92, 0, 128, 9)
	bigClock  = image.Rect(350, 5, 475, 30)
)

var (
	oledIdle      = frame{"oled-idle", []image.Rectangle{image.Rect(0, 9, 128, 52), oledClock}}
	oledDialling  = frame{"oled-dialling", []image.Rectangle{oledClock}}
	oledCall      = frame{"oled-call", []image.Rectangle{oledClock, image.Rect(100, 9, 128, 18)}}
	oledRinging   = frame{"oled-ringing", []image.Rectangle{oledClock}}
	screenIdle    = frame{"screen-idle", []image.Rectangle{image.Rect(100, 60, 380, 190)}}
	screenDialled = frame{"screen-dialling", []image.Rectangle{bigClock}}
	screenCall    = frame{"screen-call", []image.Rectangle{bigClock, image.Rect(350, 180, 475, 240)}}
	screenRinging = frame{"screen-ringing", []image.Rectangle{bigClock}}
)

//go:embed testdata/*.png
var goldens embed.FS

func (f frame) golden() (image.Image, error) {
	file, err := goldens.Open("testdata/" + f.name + ".png")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return png.Decode(file)
}

// shade is how far a level may be off the golden's: letters are rasterised in
// floating point, which processors round each in their way.
const shade = 3 * 0x101

// sameFrame compares two pictures, but where they are masked.
func sameFrame(got, want image.Image, tolerance int, masked []image.Rectangle) error {
	if got.Bounds() != want.Bounds() {
		return fmt.Errorf("it is %v, want %v", got.Bounds(), want.Bounds())
	}
	n, where := 0, image.Rectangle{}
	for y := got.Bounds().Min.Y; y < got.Bounds().Max.Y; y++ {
		for x := got.Bounds().Min.X; x < got.Bounds().Max.X; x++ {
			at := image.Pt(x, y)
			if slices.ContainsFunc(masked, at.In) || alikePixel(got, want, at, tolerance) {
				continue
			}
			n++
			where = where.Union(image.Rectangle{at, at.Add(image.Pt(1, 1))})
		}
	}
	if n > 0 {
		return fmt.Errorf("%d pixels differ, within %v", n, where)
	}
	return nil
}

func alikePixel(a, b image.Image, at image.Point, tolerance int) bool {
	ar, ag, ab, _ := a.At(at.X, at.Y).RGBA()
	br, bg, bb, _ := b.At(at.X, at.Y).RGBA()
	for _, d := range []int{int(ar) - int(br), int(ag) - int(bg), int(ab) - int(bb)} {
		if max(d, -d) > tolerance {
			return false
		}
	}
	return true
}

// shows waits until a screen shows a frame: to the pixel what the agent painted of
// its state, and what testdata has of that state.
func (x *boxed) shows(ctx context.Context, f frame, look func() (image.Image, error)) error {
	if x.box.order.Goldens != "" {
		return x.keepFrame(ctx, f, look)
	}
	want, err := f.golden()
	if err != nil {
		return err
	}
	var wrong error
	late := time.Now().Add(soon)
	for time.Now().Before(late) && ctx.Err() == nil {
		shown, err := x.transferred(ctx, look)
		if err != nil {
			wrong = err
		} else if err := sameFrame(shown, want, shade, f.masked); err != nil {
			wrong = fmt.Errorf("the golden: %w", err)
		} else {
			return x.saveFrame(x.box.order.Pictures, f, shown)
		}
		if err := x.wait(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
	shown, err := look()
	if err == nil {
		err = savePicture(filepath.Join(x.box.order.Dir, "wrong-"+f.name+".png"), shown)
	}
	return errors.Join(fmt.Errorf("the frame %s is not shown: %w", f.name, wrong), err)
}

// transferred is what a screen shows, if that is what the agent paints now.
func (x *boxed) transferred(ctx context.Context, look func() (image.Image, error)) (image.Image, error) {
	shown, err := look()
	if err != nil {
		return nil, err
	}
	data, err := x.agent().Screen(ctx)
	if err != nil {
		return nil, err
	}
	painted, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if err := sameFrame(shown, painted, 0, nil); err != nil {
		return nil, fmt.Errorf("what the agent painted: %w", err)
	}
	return shown, nil
}

// keepFrame makes a golden of what is shown when it has had time to settle; a person
// has to look at it.
func (x *boxed) keepFrame(ctx context.Context, f frame, look func() (image.Image, error)) error {
	if err := x.wait(ctx, 1500*time.Millisecond); err != nil {
		return err
	}
	shown, err := look()
	if err != nil {
		return err
	}
	return savePicture(filepath.Join(x.box.order.Goldens, f.name+".png"), shown)
}

// saveFrame keeps the frame for the docs.
func (x *boxed) saveFrame(dir string, f frame, shown image.Image) error {
	if dir == "" {
		return nil
	}
	if m, ok := shown.(*image.Gray); ok {
		shown = enlarged(m, 4)
	}
	return savePicture(filepath.Join(dir, "box-"+f.name+".png"), shown)
}

// panel is what the OLED shows.
func (x *boxed) panel() (image.Image, error) { return x.oled.Image(), nil }

// screen is what the monitor shows.
func (x *boxed) screen() (image.Image, error) {
	file, err := filepath.Abs(filepath.Join(x.box.order.Dir, "screendump.png"))
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
