package boardbox

import "offhook/cmd/internal/lab/boardbox/copper"

// The lines that the tests use by name.
const (
	hookLine  = "HOOK"
	callLine  = "CALL"
	exitLine  = "EXIT"
	relayLine = "RELAY"
	gateLine  = "GATE"      // a relay that is at rest high
	spareLine = "SPARE"     // nothing of the board's file
	frontLine = "FRONT_INT" // the expander's interrupt
	ringLine  = "LAMP_RING"
	lineLine  = "LAMP_LINE1"
	holdLine  = "LAMP_HOLD"
	mailLine  = "LAMP_MESSAGE"
	goodLine  = "LAMP_REGISTERED"
	holdKey   = "HOLD"

	oledAddress = 0x3c
	lcdAddress  = 0x27
)

// wiring is what is soldered: it is what the board's file says.
func wiring() copper.Wiring {
	return copper.Wiring{
		Lines: []string{"ROW0", "ROW1", "ROW2", "ROW3", "COL0", "COL1", "COL2", hookLine, callLine, exitLine, relayLine, ringLine, lineLine, mailLine, holdLine, goodLine, holdKey,
			gateLine, spareLine, frontLine},
		Rows: []string{"ROW0", "ROW1", "ROW2", "ROW3"}, Cols: []string{"COL0", "COL1", "COL2"},
		Low: []string{relayLine, ringLine, lineLine, mailLine, holdLine, goodLine},
	}
}

// places of the keys in the matrix.
const places = "123456789*0#"

// Screens that the box can have.
const (
	oledScreen = "display: {compatible: ssd1306-i2c, bus: 0, address: 0x3c}\n"
	lcdScreen  = "display: {compatible: hd44780-i2c, bus: 0, address: 0x27}\n"
	drmScreen  = "display: {compatible: drm, connector: Virtual-1, mode: 480x320, backlight: none}\n"
	bigScreen  = "display: {compatible: linux-fb, device: /dev/fb0, backlight: none}\n"
)

// boardFile is the board in the box with one of its screens.
func boardFile(screen string) string {
	return `offhook-board: 1
name: box
model: Board in a box
keypads:
  - compatible: gpio-matrix-keypad
    rows: [ROW0, ROW1, ROW2, ROW3]
    cols: [COL0, COL1, COL2]
    keymap:
      - [1, 2, 3]
      - [4, 5, 6]
      - [7, 8, 9]
      - ["*", 0, "#"]
  - compatible: gpio-keys
    keys: {call: CALL, exit: EXIT, hold: HOLD}
hook: {compatible: gpio-hook, line: HOOK, off-hook: high}
audio: {compatible: alsa-pcm, card: Loopback, sample-rate: 16000, period-ms: 20, periods: 8}
lamps:
  ring: {compatible: gpio-led, line: LAMP_RING}
  line1: {compatible: gpio-led, line: LAMP_LINE1}
  message: {compatible: gpio-led, line: LAMP_MESSAGE}
  hold: {compatible: gpio-led, line: LAMP_HOLD}
  registered: {compatible: gpio-led, line: LAMP_REGISTERED}
relays:
  door: {compatible: gpio-relay, line: RELAY, max-hold: 10s, label: Door}
  gate: {compatible: gpio-relay, line: GATE, active-low: true, label: Gate}
watchdog: {compatible: linux-watchdog, timeout: 10s}
` + screen
}

// agentFile is the agent's own: the document comes from the server that DHCP names.
const agentFile = `agent: 1
board: /etc/offhook/board.yaml
state: /var/lib/offhook
device: {serial: box}
provisioning:
  ca: /etc/offhook/ca.pem
  dhcp: {source: inform}
`
