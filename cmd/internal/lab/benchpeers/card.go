package benchpeers

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed testdata/card.c
var cardSource []byte

// card is a sound card for programs that use ALSA's library: a plug-in that
// captures from a file and plays into one, by the kernel's clock.
type card struct{ conf string }

const cardConf = `pcm_type.bench { lib "%s" }
pcm.bench { type bench hint { show on description "bench" } }
pcm.!default { type bench hint { show on description "bench" } }
ctl.!default { type hw card 0 }
defaults.namehint.basic on
defaults.namehint.extended on
defaults.namehint.showall on
`

// makeCard compiles the plug-in. Headers may be where .ci/peers puts them.
func makeCard(ctx context.Context, dir string) (*card, error) {
	source, library := filepath.Join(dir, "card.c"), filepath.Join(dir, "card.so")
	c := &card{conf: filepath.Join(dir, "asound.conf")}
	err := errors.Join(os.WriteFile(source, cardSource, 0o600), os.WriteFile(c.conf, fmt.Appendf(nil, cardConf, library), 0o600))
	if err != nil {
		return nil, err
	}
	arguments := []string{"-O2", "-shared", "-fPIC", "-DPIC", "-D_GNU_SOURCE", "-o", library, source}
	if cache, err := os.UserCacheDir(); err == nil {
		tree := filepath.Join(cache, "offhook-peers", "pjsua", "host", "usr")
		arguments = append(arguments, "-I"+filepath.Join(tree, "include"))
	}
	out, err := exec.CommandContext(ctx, "gcc", append(arguments, "-l:libasound.so.2")...).CombinedOutput()
	if err != nil {
		first, _, _ := strings.Cut(string(out), "\n")
		return nil, fmt.Errorf("no sound card to measure others with (gcc, libasound2-dev): %w: %s", err, first)
	}
	return c, nil
}

// environment has a program use the card, with its files in a folder.
func (c *card) environment(dir string) []string {
	return []string{"ALSA_CONFIG_PATH=" + c.conf, "BENCH_CARD=" + dir}
}
