package boardbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"offhook/cmd/internal/lab/provserver"
	"offhook/provisioning"
	"offhook/provisioning/native"
)

// powerCuts cuts the power at random: every other time on the way up, else while a
// new configuration is on its way. QEMU is killed: what the box wrote and did not
// flush may be there or not, as the host's kernel has taken it.
func (b *box) powerCuts(ctx context.Context) error {
	if b.order.PowerCuts == 0 || len(b.boots) == 0 {
		return nil
	}
	const seed = 6
	dice := rand.New(rand.NewPCG(seed, seed))
	if err := b.root(boardFile(oledScreen)); err != nil {
		return err
	}
	open := 0 // cuts after which the telephone was not seen registered yet
	for i := range b.order.PowerCuts {
		x, err := b.boot(fmt.Sprintf("cut-%d", i))
		if err != nil {
			return err
		}
		b.figures.PowerCuts++
		open++
		err = b.cutOne(ctx, x, i, dice, &open)
		x.end()
		b.check(fmt.Sprintf("power cut %d: the volume is whole, no relay moved", i+1), errors.Join(err, b.whole(ctx), x.glitches()))
	}
	return b.afterCuts(ctx, open)
}

// cutOne brings the box to the instant of its cut.
func (b *box) cutOne(ctx context.Context, x *boxed, i int, dice *rand.Rand, open *int) error {
	if i%2 == 0 {
		up := b.boots[len(b.boots)-1]
		return x.wait(ctx, time.Duration((0.3+0.7*dice.Float64())*float64(up)))
	}
	if err := x.registered(ctx); err != nil {
		return err
	}
	b.figures.PowerCutsSurvived += *open - 1
	*open = 1
	if err := b.change(fmt.Sprintf("Box after cut %d", i)); err != nil {
		return err
	}
	return x.wait(ctx, time.Duration(dice.Float64()*float64(1500*time.Millisecond)))
}

// change gives the telephone another document, and tells it.
func (b *box) change(name string, also ...func(*provisioning.Document)) error {
	d := b.world.document(name)
	for _, f := range also {
		f(&d)
	}
	document, err := native.Marshal(d)
	if err != nil {
		return err
	}
	b.world.files.SetDocument(strings.ReplaceAll(boxMAC, ":", ""), document)
	return b.world.exchange.CheckSync(extension, false)
}

// afterCuts boots once more, with a server that has nothing: the telephone lives on
// what it kept.
func (b *box) afterCuts(ctx context.Context, open int) error {
	if err := b.world.files.SetMode(provserver.Missing); err != nil {
		return err
	}
	x, err := b.boot("after-cuts")
	if err != nil {
		return err
	}
	defer x.end()
	if b.check("after the power cuts: registered by the kept document, the server has none", x.registered(ctx)) {
		b.figures.PowerCutsSurvived += open
	}
	return b.world.files.SetMode(provserver.Good)
}

// whole checks a copy of the volume, as the next boot would find it: the journal is
// replayed, and nothing else may be wrong.
func (b *box) whole(ctx context.Context) error {
	copied := filepath.Join(b.order.Dir, "copy.img")
	if _, err := output(exec.CommandContext(ctx, "cp", "--sparse=always", b.volume, copied)); err != nil {
		return err
	}
	// The first run replays the journal and may say so by 1; the second finds nothing.
	var one *exec.ExitError
	if _, err := output(exec.CommandContext(ctx, "/sbin/e2fsck", "-p", copied)); err != nil && !(errors.As(err, &one) && one.ExitCode() == 1) {
		return err
	}
	_, err := output(exec.CommandContext(ctx, "/sbin/e2fsck", "-f", "-n", copied))
	return err
}
