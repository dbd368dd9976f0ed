package boardbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"offhook/cmd/internal/lab/updates"
	"offhook/cmd/internal/localapi"
	"offhook/provisioning"
	"offhook/provisioning/firmware"
)

// Updates is what became of other versions.
type Updates struct {
	Installs   int `json:"installs"`    // of good versions, without a power cut
	Committed  int `json:"committed"`   // of them, that stayed
	Bad        int `json:"bad"`         // versions that are no good
	RolledBack int `json:"rolled_back"` // of them, that ran, and after which the one of before came back
	Refused    int `json:"refused"`     // of them, that never ran
	ImageBytes int `json:"image_bytes"` // kernel and first root file system
}

func (u *Updates) add(o Updates) {
	u.Installs += o.Installs
	u.Committed += o.Committed
	u.Bad += o.Bad
	u.RolledBack += o.RolledBack
	u.Refused += o.Refused
	u.ImageBytes = max(u.ImageBytes, o.ImageBytes)
}

// renewing is a box that gets other versions.
type renewing struct {
	*box
	maker  updates.Maker
	server *updates.Server
	good   int // number of the version that is good now
	last   int // number that was used
}

// stayTime is how long the box may take from a wish to a version that stays: it is
// fetched, hashed three times, started and tried.
const stayTime = 3 * time.Minute

// updates gives the box good and bad versions, and cuts its power in the midst of it.
func (b *box) updates(ctx context.Context) (err error) {
	r := &renewing{box: b, good: updates.Base, last: updates.Base}
	program, err := os.ReadFile(b.order.Agent)
	if err != nil {
		return err
	}
	if r.maker, err = updates.NewMaker(program, b.arch.target()); err != nil {
		return fmt.Errorf("%s: %w", b.order.Agent, err)
	}
	if r.server, err = updates.NewServer(ourSide); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.server.Close()) }()
	keys, err := r.maker.Keys()
	if err != nil {
		return err
	}
	if err := newVolume(ctx, b.volume, 96); err != nil { // two slots, a download, and more
		return err
	}
	if err := b.rootWith(boardFile(oledScreen), rootFiles{"etc/offhook/firmware.pem": string(keys)}); err != nil {
		return err
	}
	if err := r.measure(); err != nil {
		return err
	}
	if err := r.versions(ctx); err != nil {
		return err
	}
	return r.cuts(ctx)
}

// target is what a program for it is signed for.
func (a arch) target() string {
	target := "linux"
	for _, setting := range a.goarch {
		_, value, _ := strings.Cut(setting, "=")
		target += "/" + value
	}
	return target
}

func (r *renewing) measure() error {
	for _, file := range []string{r.order.Kernel.image(), r.initrd} {
		info, err := os.Stat(file)
		if err != nil {
			return err
		}
		r.figures.Updates.ImageBytes += int(info.Size())
	}
	return nil
}

// versions are good and bad ones, one after the other, in one boot.
func (r *renewing) versions(ctx context.Context) error {
	x, err := r.boot("versions")
	if err != nil {
		return err
	}
	defer x.end()
	if err := x.registered(ctx); !r.check("versions: registered over TLS", err) {
		r.tell("%s", tail(x.console.String()))
		return nil
	}
	crash, err := r.crashing(ctx)
	if err != nil {
		return err
	}
	u := &r.figures.Updates
	r.install(ctx, x)
	r.install(ctx, x)
	r.bad(ctx, x, "crashes", func(n int) ([]byte, error) { return r.maker.Signed(crash, n) }, &u.RolledBack)
	r.bad(ctx, x, "cannot register", r.maker.Speechless, &u.RolledBack)
	r.bad(ctx, x, "by a thief", r.maker.Thiefs, &u.Refused)
	r.bad(ctx, x, "truncated", r.maker.Truncated, &u.Refused)
	r.bad(ctx, x, "a bit flipped", r.maker.Flipped, &u.Refused)
	r.install(ctx, x)
	return nil
}

// crashing is a program that ends as soon as it runs.
func (r *renewing) crashing(ctx context.Context) ([]byte, error) {
	source, to := filepath.Join(r.order.Dir, "crash.go"), filepath.Join(r.order.Dir, "crash")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() { panic(1) }\n"), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", to, source)
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux"), r.arch.goarch...)
	if _, err := output(cmd); err != nil {
		return nil, err
	}
	return os.ReadFile(to)
}

// wish has the telephone want a version.
func (r *renewing) wish(number int, file []byte) error {
	r.server.Publish(file)
	return r.change("Box", func(d *provisioning.Document) {
		d.Firmware.URL, d.Firmware.Version, d.Firmware.Trial = r.server.URL, updates.Name(number), time.Minute
	})
}

// stays waits until a version is the good one.
func stays(ctx context.Context, x *boxed, number int) error {
	return x.status(ctx, updates.Name(number)+" stays", stayTime, func(s localapi.Status) bool {
		return s.Version == updates.Name(number) && s.Firmware.Phase == "" && s.Firmware.Slot != "" && registers(s)
	})
}

func registers(s localapi.Status) bool {
	return len(s.Accounts) == 1 && s.Accounts[0].State == "registered"
}

// next wishes for another version.
func (r *renewing) next(made func(int) ([]byte, error)) error {
	r.last++
	file, err := made(r.last)
	if err != nil {
		return err
	}
	return r.wish(r.last, file)
}

func (r *renewing) install(ctx context.Context, x *boxed) {
	r.figures.Updates.Installs++
	err := r.next(r.maker.Good)
	if err == nil {
		err = stays(ctx, x, r.last)
	}
	if r.check("a good version stays: "+updates.Name(r.last), err) {
		r.figures.Updates.Committed++
		r.good = r.last
	}
}

func (r *renewing) bad(ctx context.Context, x *boxed, what string, made func(int) ([]byte, error), ended *int) {
	r.figures.Updates.Bad++
	var why string
	err := r.next(made)
	if err == nil {
		err = x.status(ctx, "the version of before runs", stayTime, func(s localapi.Status) bool {
			why = s.Firmware.Error // there is none while it is fetched
			return why != "" && s.Version == updates.Name(r.good) && s.Firmware.Phase == string(firmware.Failing) && s.Firmware.Wanted == updates.Name(r.last) && registers(s)
		})
	}
	if r.check("a version that is no good ("+what+"): the one of before runs", err) {
		r.tell("      it says: %s", why)
		*ended++
	}
}

// cuts cuts the power at random instants of installs.
func (r *renewing) cuts(ctx context.Context) error {
	const seed = 9
	dice := rand.New(rand.NewPCG(seed, seed))
	x, err := r.boot("cuts")
	if err != nil {
		return err
	}
	defer func() { x.end() }()
	defer r.median()
	for i := range r.order.PowerCuts {
		r.figures.PowerCuts++
		err := x.registered(ctx)
		if err == nil {
			err = r.next(r.maker.Good)
		}
		after := time.Duration(dice.Int64N(int64(25 * time.Second)))
		if err == nil {
			err = x.wait(ctx, after)
		}
		x.end()
		err = errors.Join(err, r.whole(ctx), x.glitches())
		if x, err = r.bootAfter(i, err); err != nil {
			return err
		}
		if r.check(fmt.Sprintf("power cut %d, %.1f s after the wish: %s stays, the volume is whole, no relay moved", i+1, after.Seconds(), updates.Name(r.last)), stays(ctx, x, r.last)) {
			r.figures.PowerCutsSurvived++
		}
	}
	return nil
}

// bootAfter boots after a cut; what was wrong before it counts.
func (r *renewing) bootAfter(i int, before error) (*boxed, error) {
	if before != nil {
		r.check(fmt.Sprintf("power cut %d: until it", i+1), before)
	}
	return r.boot(fmt.Sprintf("cut-%d", i+1))
}
