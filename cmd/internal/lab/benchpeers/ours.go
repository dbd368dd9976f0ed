package benchpeers

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"offhook/cmd/internal/localapi"
)

// ours is this telephone, with its sound inside or in a process of its own.
type ours struct {
	binary   string
	separate bool
	period   int // ms
}

func (o ours) name() string {
	if o.separate {
		return "offhook_separate"
	}
	return "offhook"
}

func (o ours) title() string {
	if o.separate {
		return fmt.Sprintf("offhook, sound in its own process, %d ms periods", o.period)
	}
	return fmt.Sprintf("offhook, %d ms periods", o.period)
}

func (o ours) missing() string {
	if _, err := os.Stat(o.binary); err != nil {
		return "there is no program " + o.binary
	}
	return ""
}

const oursBoard = `offhook-board: 1
name: bench
model: Bench
audio:
  compatible: file
  microphone: %s
  loudspeaker: %s
  sample-rate: %d
  period-ms: %d
media: {process: %s}
`

const oursConfig = `agent: 1
board: %s
state: %s
config:
  phone: {name: Bench, auto-answer: %s}
  accounts:
    - user: %s
      domain: %s
      registrar: %s
      transport: tls
      password: %q
      ca: $bench
      srtp: mandatory
      codecs: [%s]
  tls:
    authorities:
      - name: bench
        pem: |
%s
`

func (o ours) start(p place) (*child, error) {
	process := "inside"
	if o.separate {
		process = "separate"
	}
	answer := "off"
	if p.answers {
		answer = "all"
	}
	board, config := filepath.Join(p.dir, "board.yaml"), filepath.Join(p.dir, "offhook.yaml")
	rate := min(p.codec.rate, 16000) // Opus is wideband here
	texts := map[string]string{
		board: fmt.Sprintf(oursBoard, p.speech, filepath.Join(p.dir, "heard.wav"), rate, o.period, process),
		config: fmt.Sprintf(oursConfig, board, filepath.Join(p.dir, "state"), answer, p.extension.Number, p.at.Domain, p.at.SIPTLS,
			p.extension.Password, p.codec.ours, indent(p.at.CAPEM, "          ")),
	}
	for name, text := range texts {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	return launch(p.dir, []string{o.binary, "run", "--config", config, "--socket", o.socket(p), "--debug"}[:o.flags(p)])
}

// flags: the log tells when the sound began, where that is asked for.
func (o ours) flags(p place) int {
	if p.card != nil {
		return 7
	}
	return 6
}

func (o ours) speech(c codec) (rate, channels int) { return min(c.rate, 16000), 1 }

func (o ours) socket(p place) string { return filepath.Join(p.dir, "sock") }

func (o ours) dial(ctx context.Context, _ *child, p place) error {
	return localapi.NewClient(o.socket(p)).Dial(ctx, localapi.DialRequest{Target: p.number})
}

func indent(text, by string) string {
	return by + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n"+by)
}
