package chaos

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// through has the telephone live with a disk as it is now: a new document comes, a
// call is made, and it is killed and starts.
func (s *suite) through(ctx context.Context) error {
	if err := s.newDocument(ctx); err != nil {
		return err
	}
	if err := pause(ctx, 2*time.Second); err != nil {
		return err
	}
	if err := s.calls(ctx); err != nil {
		return fmt.Errorf("while the disk is so: %w", err)
	}
	return s.reborn(ctx)
}

// reborn kills the telephone and wants it back.
func (s *suite) reborn(ctx context.Context) error {
	before, _ := s.keeper.started()
	killed := s.keeper.kill()
	if err := s.startedAgain(ctx, before, killed); err != nil {
		return err
	}
	if err := s.healthy(ctx, time.Minute); err != nil {
		return fmt.Errorf("killed and started: %w", err)
	}
	return nil
}

// newDocument has the telephone fetch one that it does not know.
func (s *suite) newDocument(ctx context.Context) error {
	s.world.call(fmt.Sprintf("Seat %d", s.random.IntN(1<<30)))
	station := s.keeper.station()
	if station == nil {
		return errors.New("the telephone has ended by itself")
	}
	return station.Control().Reprovision(ctx)
}

// keepsAgain wants a new document stored, now that the disk is well: without that
// the telephone would start with an old one for ever.
func (s *suite) keepsAgain(ctx context.Context) error {
	s.lift()
	if err := s.healthy(ctx, recoveryTime); err != nil {
		return err
	}
	if err := s.newDocument(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	why := "its document is not there"
	for {
		if stored(filepath.Join(s.world.state, "provisioning"), s.world.called()) {
			if why = s.storeError(ctx); why == "" {
				return nil
			}
		}
		if pause(ctx, 100*time.Millisecond) != nil {
			return fmt.Errorf("the disk is well, and nothing is kept: %s", why)
		}
	}
}

func (s *suite) storeError(ctx context.Context) string {
	station := s.keeper.station()
	if station == nil {
		return "the telephone has ended"
	}
	st, err := station.Control().Status(ctx)
	if err != nil {
		return err.Error()
	}
	return st.Provisioning.StoreError
}

// stored tells whether a file below a folder holds a text.
func stored(dir, text string) (found bool) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // what goes while we look is not it
		}
		data, err := os.ReadFile(path)
		found = found || err == nil && strings.Contains(string(data), text)
		return nil
	})
	return found
}

// fill takes all that is left of the file system of a folder.
func fill(dir string) (empty func() error, err error) {
	path := filepath.Join(dir, "ballast")
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // what could not be written is the point
	block := make([]byte, 64<<10)
	for size := len(block); size > 0; {
		if _, err = f.Write(block[:size]); err != nil {
			size /= 2
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return nil, fmt.Errorf("the disk does not become full: %w", err)
	}
	return func() error { return os.Remove(path) }, nil
}

func diskFull(ctx context.Context, s *suite) error {
	empty, err := fill(s.world.state)
	if err != nil {
		return err
	}
	return errors.Join(s.through(ctx), empty(), s.keepsAgain(ctx))
}

func diskReadOnly(ctx context.Context, s *suite) error {
	remount := func(flags uintptr) error {
		return os.NewSyscallError("remount the state folder", syscall.Mount("", s.world.state, "", syscall.MS_REMOUNT|flags, ""))
	}
	if err := remount(syscall.MS_RDONLY); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.world.state, "probe"), nil, 0o600); !errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("the state folder is not read-only: %w", err)
	}
	return errors.Join(s.through(ctx), remount(0), s.keepsAgain(ctx))
}

// diskEmptied takes all files away under the running telephone.
func diskEmptied(ctx context.Context, s *suite) error {
	entries, err := os.ReadDir(s.world.state)
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(s.world.state, e.Name())))
	}
	return errors.Join(err, s.through(ctx), s.keepsAgain(ctx))
}

// diskErrors has the state on a disk whose writes fail: ext4 in a file, on a file
// system that is full. What is written then is lost with EIO or ENOSPC, and ext4 ends
// its journal.
func diskErrors(ctx context.Context, s *suite) (err error) {
	if _, err := exec.LookPath("mkfs.ext4"); err != nil {
		return fmt.Errorf("%w: install e2fsprogs", errNotHere)
	}
	d := disk{below: filepath.Join(s.world.dir, "below"), at: s.world.state}
	if err := d.open(ctx); err != nil {
		return fmt.Errorf("%w: %w", errNotHere, err)
	}
	defer func() { // a fresh telephone is back on the disk it had
		s.keeper.kill()
		err = errors.Join(err, d.close())
		s.keeper.kill()
	}()
	if err := errors.Join(s.reborn(ctx), s.keepsAgain(ctx)); err != nil {
		return fmt.Errorf("before the errors: %w", err)
	}
	s.lifted = time.Time{} // it has not begun
	empty, err := fill(d.below)
	if err != nil {
		return err
	}
	if err := d.broken(); err != nil {
		return err
	}
	if err := s.through(ctx); err != nil {
		return err
	}
	s.keeper.kill() // as at a board's restart: the journal is played back
	s.lift()
	return errors.Join(empty(), d.again(ctx), s.reborn(ctx), s.keepsAgain(ctx))
}

// disk is ext4 in a file.
type disk struct{ below, at string }

func (d disk) image() string { return filepath.Join(d.below, "image") }

func (d disk) open(ctx context.Context) error {
	if err := errors.Join(os.MkdirAll(d.below, 0o700), os.NewSyscallError("mount", syscall.Mount("below", d.below, "tmpfs", 0, "size=8m"))); err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, "mkfs.ext4", "-q", "-F", "-E", "nodiscard,lazy_itable_init=1", d.image(), "64M").CombinedOutput(); err != nil {
		return fmt.Errorf("mkfs.ext4: %w: %s", err, out)
	}
	return d.mount(ctx)
}

func (d disk) mount(ctx context.Context) error {
	if out, err := exec.CommandContext(ctx, "mount", "-o", "loop,commit=1", d.image(), d.at).CombinedOutput(); err != nil {
		return fmt.Errorf("mount: %w: %s", err, out)
	}
	return nil
}

// broken writes until the disk refuses to keep it.
func (d disk) broken() error {
	for i := range 200 {
		f, err := os.Create(filepath.Join(d.at, fmt.Sprintf("broken-%d", i)))
		if err == nil {
			_, err = f.Write(make([]byte, 256<<10))
			err = errors.Join(err, f.Sync(), f.Close())
		}
		if err != nil {
			return nil // that is wanted
		}
	}
	return errors.New("the disk keeps all that is written")
}

func (d disk) again(ctx context.Context) error {
	if err := syscall.Unmount(d.at, syscall.MNT_DETACH); err != nil {
		return os.NewSyscallError("unmount", err)
	}
	return d.mount(ctx)
}

func (d disk) close() error {
	return errors.Join(os.NewSyscallError("unmount", syscall.Unmount(d.at, syscall.MNT_DETACH)), os.NewSyscallError("unmount", syscall.Unmount(d.below, syscall.MNT_DETACH)))
}
