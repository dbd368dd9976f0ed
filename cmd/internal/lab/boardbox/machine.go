package boardbox

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"offhook/cmd/internal/lab/boardbox/copper"
	"offhook/cmd/internal/lab/boardbox/vhost"
)

const (
	link     = "box0"
	ourSide  = "192.0.2.1"
	boxSide  = "192.0.2.10"
	boxMAC   = "02:00:5e:10:00:01"
	memoryMB = 320
)

// machine is one boot: QEMU and the copper that it is soldered to.
type machine struct {
	board   *copper.Board
	oled    *copper.OLED
	lcd     *copper.LCD
	front   *copper.Expander
	began   time.Time
	console *console
	monitor string // socket of QMP

	cmd    *exec.Cmd
	cancel context.CancelFunc
	copper sync.WaitGroup
	done   chan struct{}
	err    error // of QEMU, after done
}

// console keeps what the guest printed.
type console struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.Write(p)
}

func (c *console) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.String()
}

// boot switches the power on. Dir is for sockets; volume is what survives.
func boot(a arch, k kernelTree, initrd, volume, dir string) (*machine, error) {
	board, err := copper.New(wiring())
	if err != nil {
		return nil, err
	}
	m := &machine{board: board, oled: copper.NewOLED(), lcd: copper.NewLCD(), front: soldered(board), console: &console{}, done: make(chan struct{}), monitor: filepath.Join(dir, "qmp")}
	m.board.Set(hookLine, false) // the handset is in the cradle
	ctx, cancel := context.WithCancel(context.Background())
	m.cancel = cancel
	sockets := map[string]vhost.Device{
		filepath.Join(dir, "gpio"): m.board.GPIO(),
		filepath.Join(dir, "i2c"):  copper.NewBus(map[uint16]copper.Chip{oledAddress: m.oled, lcdAddress: m.lcd, frontAddress: m.front}),
	}
	for path, device := range sockets {
		_ = os.Remove(path) // of the boot before
		ready := make(chan struct{})
		m.copper.Go(func() {
			if err := vhost.Serve(ctx, path, device, func() { close(ready) }); err != nil {
				fmt.Fprintf(m.console, "the copper at %s: %v\n", filepath.Base(path), err)
			}
		})
		<-ready
	}
	_ = os.Remove(m.monitor)
	m.cmd = exec.Command(a.qemu, "-M", a.machine, "-cpu", a.cpu, "-m", fmt.Sprint(memoryMB), "-nodefaults", "-display", "none", "-no-reboot",
		"-object", fmt.Sprintf("memory-backend-memfd,id=ram,size=%dM,share=on", memoryMB),
		"-kernel", k.image(), "-initrd", initrd, "-append", "console=ttyAMA0 panic=-1 quiet loglevel=4",
		"-serial", "stdio", "-qmp", "unix:"+m.monitor+",server=on,wait=off",
		"-netdev", "tap,id=net,ifname="+link+",script=no,downscript=no", "-device", "virtio-net-device,netdev=net,mac="+boxMAC,
		"-drive", "if=none,id=volume,format=raw,file="+volume, "-device", "virtio-blk-device,drive=volume",
		"-device", "virtio-gpu-pci,xres=480,yres=320", "-device", "virtio-rng-device",
		"-chardev", "socket,id=gpio,path="+filepath.Join(dir, "gpio"), "-device", "vhost-user-gpio-device,chardev=gpio,event_idx=off",
		"-chardev", "socket,id=i2c,path="+filepath.Join(dir, "i2c"), "-device", "vhost-user-i2c-device,chardev=i2c,event_idx=off")
	m.cmd.Stdout, m.cmd.Stderr = m.console, m.console
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	m.began = time.Now()
	if err := m.cmd.Start(); err != nil {
		cancel()
		m.copper.Wait()
		return nil, fmt.Errorf("%w: install the package qemu-system-arm", err)
	}
	go func() {
		m.err = m.cmd.Wait()
		close(m.done)
	}()
	return m, nil
}

// cut is a power cut.
func (m *machine) cut() {
	_ = m.cmd.Process.Kill() // it may have ended
	<-m.done
	m.cancel()
	m.copper.Wait()
}
