package boardbox

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// Inside does an order: it is what Command runs. Progress is told a line a step; the
// figures go to out.
func Inside(ctx context.Context, args []string, out, progress io.Writer) error {
	var o Order
	if len(args) != 1 {
		return fmt.Errorf("%s is run by board-test", Command)
	}
	if err := json.Unmarshal([]byte(args[0]), &o); err != nil {
		return err
	}
	a, err := archNamed(o.Arch)
	if err != nil {
		return err
	}
	w, err := newWorld(ctx, o.Dir)
	if err != nil {
		return err
	}
	defer w.close()
	b := &box{order: o, arch: a, world: w, progress: progress, figures: newFigures()}
	b.figures.Arches = []string{o.Arch}
	program, err := os.Stat(o.Agent)
	if err != nil {
		return err
	}
	b.figures.BinaryBytes[o.Arch] = int(program.Size())
	if err := b.live(ctx); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(b.figures)
}

// box is the board from its first boot to its last.
type box struct {
	order    Order
	arch     arch
	world    *world
	progress io.Writer
	figures  Figures

	initrd string
	volume string
	boots  []time.Duration // to registered
}

func (b *box) tell(format string, args ...any) { fmt.Fprintf(b.progress, format+"\n", args...) }

// check counts a check; what is wrong is told.
func (b *box) check(name string, err error) bool {
	b.figures.Checks++
	if err == nil {
		b.tell("ok    %s", name)
		return true
	}
	b.figures.Failed++
	b.figures.Failures = append(b.figures.Failures, fmt.Sprintf("%s: %s: %v", b.order.Name, name, err))
	b.tell("FAIL  %s: %v", name, err)
	return false
}

// live boots the box with each screen and tries everything.
func (b *box) live(ctx context.Context) error {
	b.volume = filepath.Join(b.order.Dir, "state.img")
	if b.order.Updates {
		return b.updates(ctx)
	}
	if err := newVolume(ctx, b.volume, 24); err != nil {
		return err
	}
	for _, s := range b.arch.stories() {
		if len(b.order.Stories) > 0 && !slices.Contains(b.order.Stories, s.name) {
			continue
		}
		if err := b.story(ctx, s); err != nil {
			return err
		}
		if len(b.boots) == 0 { // nothing can be tried on a telephone that does not register
			return nil
		}
	}
	if err := b.powerCuts(ctx); err != nil {
		return err
	}
	b.median()
	return nil
}

// median is how long a boot takes until the telephone is registered.
func (b *box) median() {
	slices.Sort(b.boots)
	if len(b.boots) > 0 {
		b.figures.BootToRegistered[b.arch.name] = int(b.boots[len(b.boots)/2].Milliseconds())
	}
}

// newVolume makes the empty state volume, of so many MiB.
func newVolume(ctx context.Context, file string, size int) error {
	if err := os.RemoveAll(file); err != nil {
		return err
	}
	_, err := output(exec.CommandContext(ctx, "/sbin/mkfs.ext4", "-q", "-m", "0", file, fmt.Sprintf("%dM", size)))
	return err
}

// root writes the first root file system for a board.
func (b *box) root(board string) error { return b.rootWith(board, rootFiles{}) }

func (b *box) rootWith(board string, files rootFiles) error {
	b.initrd = filepath.Join(b.order.Dir, "initrd")
	files["etc/offhook/board.yaml"], files["etc/offhook/offhook.yaml"], files["etc/offhook/ca.pem"] = board, agentFile, b.world.authority.PEM()
	return writeRoot(b.initrd, b.order.Kernel, b.order.Guest, b.order.Agent, files)
}

// story is what happens in one boot.
type story struct {
	name  string
	board string
	tell  func(context.Context, *box, *boxed) error
}

func (a arch) stories() []story {
	return []story{
		{"call", boardFile(oledScreen), theCall}, {"letters", frontBoard(), theLetters},
		{"inputs", inputsBoard(), theInputs}, {"screen", boardFile(a.screen), theScreen},
	}
}

func (b *box) story(ctx context.Context, s story) error {
	if err := b.root(s.board); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 4*time.Minute)
	defer cancel()
	x, err := b.boot(s.name)
	if err != nil {
		return err
	}
	defer func() {
		x.end()
		b.check(s.name+": no relay moved but when it was to, also not when the power went", x.glitches())
	}()
	if err := x.registered(ctx); !b.check(s.name+": registered over TLS", err) {
		b.tell("%s", tail(x.console.String()))
		return nil
	}
	return s.tell(ctx, b, x)
}

const tailLength = 6000

func tail(s string) string { return s[max(0, len(s)-tailLength):] }
