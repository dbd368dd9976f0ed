package benchprov

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"offhook/provisioning/store"
	"offhook/provisioning/store/storetest"
)

// Points is how often a phone was ended in the midst of something.
type Points struct {
	Tried, Survived int
	Worst           error // of one that was not survived
}

func (p *Points) judge(err error) {
	p.Tried++
	if err == nil {
		p.Survived++
		return
	}
	p.Worst = err
}

// Command is the word by which a program that measures is the phone that is
// killed: it hands Child what comes after it.
const Command = "bench-provisioning-phone"

// Child lives the story in a directory and kills itself at an operation of the
// disk. It tells on standard output of each phase that it has done.
func Child(ctx context.Context, args []string) error {
	if len(args) != 2 {
		return errors.New("wanted is a directory and a number")
	}
	at, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	return live(ctx, &storetest.Deadly{Disk: store.OS{}, At: at}, args[0], func(n int) { fmt.Println(n) })
}

// Kills ends the process of a phone by SIGKILL before and in each operation on
// its disk, and before and after each time that a document is applied, and
// starts it again.
func Kills(ctx context.Context, program string) (Points, error) {
	var p Points
	for at := 1; ; at++ {
		ended, err := kill(ctx, program, at, &p)
		if err != nil || ended {
			return p, err
		}
	}
}

func kill(ctx context.Context, program string, at int, p *Points) (ended bool, err error) {
	dir, err := os.MkdirTemp("", "benchprov")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.CommandContext(ctx, program, Command, dir, strconv.Itoa(at))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := cmd.Start(); err != nil {
		return false, err
	}
	phases := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		phases, _ = strconv.Atoi(lines.Text())
	}
	err = cmd.Wait()
	if err == nil {
		return true, nil // it came to its end: every point has been tried
	}
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		return false, fmt.Errorf("point %d: %w", at, err)
	}
	if err := boot(ctx, store.OS{}, dir, phases); err != nil {
		p.judge(fmt.Errorf("killed at operation %d: %w", at, err))
	} else {
		p.judge(nil)
	}
	return false, ctx.Err()
}

// PowerCuts are points at which the power went; one is survived when every disk
// is that may be found after it.
type PowerCuts struct {
	Points
	Disks, DisksSurvived int
}

// Cuts takes the power from a phone at each operation on its disk, and starts it
// again with every disk that may be found then.
func Cuts(ctx context.Context) (all PowerCuts, err error) {
	whole := storetest.NewPaper(-1)
	if err := live(ctx, whole, "state", func(int) {}); err != nil {
		return all, err
	}
	for budget := range whole.Operations() + 1 {
		d := storetest.NewPaper(budget)
		phases := cut(ctx, d)
		var here Points
		for i, after := range d.Aftermath() {
			err := boot(ctx, after, "state", phases)
			if err != nil {
				err = fmt.Errorf("power cut at operation %d, disk %d: %w", budget, i, err)
			}
			here.judge(err)
		}
		all.judge(here.Worst)
		all.Disks, all.DisksSurvived = all.Disks+here.Tried, all.DisksSurvived+here.Survived
		if ctx.Err() != nil {
			return all, ctx.Err()
		}
	}
	return all, nil
}

// cut lives until the power goes, and tells how many phases were promised.
func cut(ctx context.Context, d *storetest.Paper) (phases int) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watch := make(chan struct{})
	go func() {
		defer close(watch)
		select {
		case <-d.Gone():
			cancel()
		case <-ctx.Done():
		}
	}()
	_ = live(ctx, d, "state", func(n int) { phases = n }) // it ends with the power
	cancel()
	<-watch
	return phases
}
