package boardbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// monitor speaks to QEMU (QMP): one command after another.
type monitor struct {
	to   io.Writer
	from *json.Decoder
}

var errMonitor = errors.New("QEMU refuses")

// newMonitor takes the greeting and leaves the negotiation of capabilities behind.
func newMonitor(c io.ReadWriter) (*monitor, error) {
	m := &monitor{to: c, from: json.NewDecoder(c)}
	var greeting struct{ QMP *struct{} }
	if err := m.from.Decode(&greeting); err != nil || greeting.QMP == nil {
		return nil, fmt.Errorf("this is not QEMU's monitor: %w", err)
	}
	return m, m.command("qmp_capabilities", nil)
}

// command does a command and waits for its end; events on the way are passed over.
func (m *monitor) command(name string, arguments map[string]any) error {
	text, err := json.Marshal(map[string]any{"execute": name, "arguments": arguments})
	if arguments == nil {
		text, err = json.Marshal(map[string]any{"execute": name})
	}
	if err != nil {
		return err
	}
	if _, err := m.to.Write(append(text, '\n')); err != nil {
		return err
	}
	for {
		var answer struct {
			Return *json.RawMessage
			Error  *struct{ Desc string }
		}
		if err := m.from.Decode(&answer); err != nil {
			return err
		}
		switch {
		case answer.Error != nil:
			return fmt.Errorf("%w: %s: %s", errMonitor, name, answer.Error.Desc)
		case answer.Return != nil:
			return nil
		}
	}
}

// screendump has QEMU write a picture of the screen.
func screendump(socket, file string) error {
	return tellQEMU(socket, "screendump", map[string]any{"filename": file, "format": "png"})
}

// rebooting lets the machine come up again when it resets itself. Until then it ends
// with that: a kernel that panics is not to be booted for ever.
func rebooting(socket string) error {
	return tellQEMU(socket, "set-action", map[string]any{"reboot": "reset"})
}

func tellQEMU(socket, command string, arguments map[string]any) error {
	c, err := net.DialTimeout("unix", socket, 5*time.Second)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return err
	}
	m, err := newMonitor(c)
	if err != nil {
		return err
	}
	return m.command(command, arguments)
}
