package peer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// ErrAbsent says that there is no such program on this machine.
var ErrAbsent = errors.New("baresip is not installed")

// modules is where distributions put its modules; the first that is there.
var modules = []string{"/usr/lib/baresip/modules", "/usr/local/lib/baresip/modules", "/usr/lib64/baresip/modules"}

// Baresip plays a trace to a baresip of its own, with all settings of its jitter buffer as they
// come. Its sound card is its bridge from what it plays to what it records.
func Baresip(ctx context.Context, t Trace) (h Heard, err error) {
	dir, err := os.MkdirTemp("", "bench-baresip-")
	if err != nil {
		return Heard{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	port, err := freePort()
	if err != nil {
		return Heard{}, err
	}
	stop, err := startBaresip(dir, port)
	if err != nil {
		return Heard{}, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	return t.call(ctx, netip.AddrPortFrom(loopback, port))
}

// Version is what baresip calls itself; ErrAbsent without it.
func Version(ctx context.Context) (string, error) {
	path, err := exec.LookPath("baresip")
	if err != nil {
		return "", ErrAbsent
	}
	out, _ := exec.CommandContext(ctx, path, "-h").CombinedOutput() // it ends with an error
	line, _, _ := strings.Cut(string(out), " Copyright")
	return strings.TrimSpace(line), nil
}

func startBaresip(dir string, port uint16) (stop func() error, err error) {
	path, err := exec.LookPath("baresip")
	if err != nil {
		return nil, ErrAbsent
	}
	at := slices.IndexFunc(modules, func(m string) bool { _, err := os.Stat(m); return err == nil })
	if at < 0 {
		return nil, fmt.Errorf("%w: its modules are not in %v", ErrAbsent, modules)
	}
	config := fmt.Sprintf(`poll_method epoll
sip_listen 127.0.0.1:%d
net_interface 127.0.0.1
audio_player aubridge,ear
audio_source aubridge,ear
audio_alert aubridge,bell
auplay_srate 8000
ausrc_srate 8000
auplay_channels 1
ausrc_channels 1
jitter_buffer_delay 5-10
module_path %s
module g711.so
module aubridge.so
module_tmp account.so
module_app menu.so
`, port, modules[at])
	account := fmt.Sprintf("<sip:bench@127.0.0.1:%d>;regint=0;answermode=auto;audio_codecs=PCMA/8000\n", port)
	for name, text := range map[string]string{"config": config, "accounts": account, "contacts": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(path, "-f", dir)
	cmd.Stdout, cmd.Stderr = log, log
	input, err := cmd.StdinPipe() // without one it spins
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL} // never left behind
	restore := hurry()
	err = cmd.Start()
	restore()
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	return func() error { return end(cmd, input, log) }, nil
}

// end asks the process to end, and makes it.
func end(cmd *exec.Cmd, input io.Closer, log io.Closer) error {
	_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	kill := time.AfterFunc(3*time.Second, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	err := cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) { // by the signal, or as it likes
		err = nil
	}
	_ = input.Close() // Wait has closed it
	return errors.Join(err, log.Close())
}

var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

func freePort() (uint16, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return 0, err
	}
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Port(), conn.Close()
}
