package benchpeers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// pjsua runs without a sound device, its bridge at the codec's own rate: the
// cheapest that it has.
type pjsua struct{ binary string }

func (pjsua) name() string  { return "pjsua" }
func (pjsua) title() string { return "pjsua" }

func (p pjsua) missing() string {
	if p.path() == "" {
		return "pjsua is not here (.ci/peers makes one)"
	}
	return ""
}

// path looks where .ci/peers puts it, and where programs are.
func (p pjsua) path() string {
	cache, err := os.UserCacheDir()
	for _, name := range []string{p.binary, "pjsua", filepath.Join(cache, "offhook-peers", "pjsua", "pjsua")} {
		if found, lookErr := exec.LookPath(name); err == nil && lookErr == nil {
			return found
		}
	}
	return ""
}

func (p pjsua) start(at place) (*child, error) {
	proxy := fmt.Sprintf("sip:%s;transport=tls;lr", at.at.SIPTLS)
	arguments := []string{p.path(),
		"--use-tls", "--tls-ca-file", at.at.CAFile, "--no-udp", "--no-tcp", "--local-port=0", "--ip-addr=127.0.0.1", "--bound-addr=127.0.0.1",
		"--id", fmt.Sprintf("sip:%s@%s", at.extension.Number, at.at.Domain), "--registrar", "sip:" + at.at.Domain + ";transport=tls", "--proxy", proxy,
		"--realm=*", "--username=" + at.extension.Number, "--password=" + at.extension.Password,
		"--use-srtp=2", "--srtp-secure=1", "--dis-codec=*", "--add-codec=" + at.codec.pj, "--no-vad", "--ec-tail=0",
		fmt.Sprintf("--clock-rate=%d", at.codec.rate), "--no-color", "--app-log-level=3", "--max-calls=4",
	}
	if at.card != nil { // the best that it can be asked for
		arguments = append(arguments, "--capture-lat=20", "--playback-lat=20")
	} else {
		arguments = append(arguments, "--null-audio", "--play-file="+at.speech, "--auto-play",
			"--rec-file="+filepath.Join(at.dir, "heard.wav"), "--auto-rec")
	}
	if at.answers {
		arguments = append(arguments, "--auto-answer=200")
	}
	return launch(at.dir, arguments, at.environment()...)
}

func (pjsua) speech(c codec) (rate, channels int) { return c.rate, 1 }

// dial is menu command m.
func (pjsua) dial(_ context.Context, c *child, at place) error {
	return errors.Join(c.say("m"), c.say(fmt.Sprintf("sip:%s@%s;transport=tls", at.number, at.at.Domain)))
}
