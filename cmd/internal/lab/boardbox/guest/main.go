// Command guest is the first process in the box: it loads modules, brings up the
// network and the state volume, runs the agent as an init system does, and is the
// person at the board: the ear and the mouth at the sound card's other side.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

func main() {
	log := slog.New(slog.NewTextHandler(os.Stdout, nil))
	err := live(context.Background(), log)
	log.Error("the box has ended", "error", err)
	time.Sleep(100 * time.Millisecond) // for the console
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
}

// live brings the machine up and serves; it returns only what went wrong.
func live(ctx context.Context, log *slog.Logger) error {
	if err := mountAll(); err != nil {
		return err
	}
	if err := loadModules("/etc/modules"); err != nil {
		return err
	}
	if err := network("lo", [4]byte{127, 0, 0, 1}, [4]byte{255, 0, 0, 0}); err != nil {
		return err
	}
	if err := network("eth0", address, netmask); err != nil {
		return err
	}
	if err := state("/dev/vda", "/var/lib/offhook"); err != nil {
		return err
	}
	log.Info("the box is up", "uptime", uptime())
	a := newAgent(log)
	go a.live()
	p, err := newPerson(ctx, log)
	if err != nil {
		log.Error("nobody is at the sound card", "error", err)
	}
	return serve(ctx, a, p)
}

// uptime is in seconds since the kernel began.
func uptime() string {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%.3f", time.Duration(ts.Nano()).Seconds())
}
