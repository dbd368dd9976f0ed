package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "offhook"

type listed struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Deps       []string
	Module     *struct{ Path string }
}

func goList(t *testing.T, args ...string) []listed {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Standard,Imports,Deps,Module"}, args...)...)
	cmd.Dir = "../../.."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// layer is one row of the house: who may import what.
type layer struct {
	rooms      []string // import paths below the module; a trailing /... means everything beneath, not the root
	ours       []string // what of ours they may import, likewise
	thirdParty []string // module path prefixes; "*" means any
}

// The house of ARCHITECTURE.md, lowest first. The first row that fits counts.
var house = []layer{
	{rooms: []string{"hal", "media", "ua"}},
	{rooms: []string{"provisioning"}, ours: []string{"ua", "media"}},
	{rooms: []string{"board"}, ours: []string{"hal"}, thirdParty: []string{"go.yaml.in/yaml"}},
	{rooms: []string{"hal/..."}, ours: []string{"hal", "hal/..."}, thirdParty: []string{"*"}},
	{rooms: []string{"media/..."}, ours: []string{"media", "media/..."}, thirdParty: []string{"*"}},
	// The pure machines of ua know no library.
	{rooms: []string{"ua/dialog", "ua/refresh", "ua/registration", "ua/digest", "ua/subscription"}, ours: []string{"ua", "ua/..."}},
	{rooms: []string{"ua/..."}, ours: []string{"ua", "ua/..."}, thirdParty: []string{"*"}},
	{rooms: []string{"provisioning/..."}, ours: []string{"provisioning", "provisioning/...", "ua", "media"}, thirdParty: []string{"*"}},
	{rooms: []string{"cmd/internal/phone", "cmd/internal/door"}, ours: []string{"hal", "media", "ua", "provisioning"}},
	{rooms: []string{"cmd/internal/screen", "cmd/internal/screen/..."}, ours: []string{"hal", "media", "ua", "provisioning", "cmd/internal/phone", "cmd/internal/screen/..."}, thirdParty: []string{"golang.org/x/image"}},
	{rooms: []string{"cmd/internal/localapi"}, ours: []string{"hal", "media", "ua", "provisioning"}, thirdParty: []string{"*"}},
	{rooms: []string{"cmd/internal/web"}, ours: []string{"hal", "media", "ua", "provisioning", "cmd/internal/localapi"}},
	{rooms: []string{"cmd/..."}, ours: []string{"*"}, thirdParty: []string{"*"}},
	{rooms: []string{"buildroot/slim", "buildroot/slim/..."}}, // stands in for the standard library's
}

func fits(pattern, path string) bool {
	if root, ok := strings.CutSuffix(pattern, "/..."); ok {
		return strings.HasPrefix(path, root+"/")
	}
	return pattern == "*" || pattern == path
}

func fitsAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return fits(p, path) })
}

func layerOf(path string) (layer, bool) {
	i := slices.IndexFunc(house, func(l layer) bool { return fitsAny(l.rooms, path) })
	if i < 0 {
		return layer{}, false
	}
	return house[i], true
}

func breach(l layer, imported string, standard bool) string {
	switch {
	case standard:
		return ""
	case strings.HasPrefix(imported, module+"/"):
		if !fitsAny(l.ours, strings.TrimPrefix(imported, module+"/")) {
			return "may not know this room"
		}
	case !slices.ContainsFunc(l.thirdParty, func(p string) bool { return p == "*" || strings.HasPrefix(imported, p) }):
		return "may not know this module"
	}
	return ""
}

func TestLayers(t *testing.T) {
	standard := map[string]bool{"C": false, "unsafe": true}
	for _, p := range goList(t, "std") {
		standard[p.ImportPath] = true
	}
	for _, p := range goList(t, "./...") {
		room := strings.TrimPrefix(p.ImportPath, module+"/")
		l, ok := layerOf(room)
		if !ok {
			t.Errorf("%s is in no room of the house: see ARCHITECTURE.md", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if why := breach(l, imported, standard[imported]); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, imported, why)
			}
		}
	}
}

func TestBreach(t *testing.T) {
	cases := []struct {
		room, imported string
		want           bool
	}{
		{"hal", "offhook/media", true},
		{"media/engine", "offhook/hal", true},
		{"media/engine", "offhook/media/jitter", false},
		{"ua/dialog", "github.com/emiago/sipgo", true},
		{"ua/agent", "github.com/emiago/sipgo", false},
		{"cmd/internal/phone", "offhook/media/tone", true},
		{"cmd/internal/phone", "offhook/ua", false},
		{"board", "offhook/hal/gpio", true},
	}
	for _, c := range cases {
		l, ok := layerOf(c.room)
		if !ok {
			t.Fatalf("%s has no layer", c.room)
		}
		if got := breach(l, c.imported, false) != ""; got != c.want {
			t.Errorf("%s -> %s: breach %v, want %v", c.room, c.imported, got, c.want)
		}
	}
}

// firmwareModules is what may be linked into the firmware. A new line here is a
// decision: what it brings, who keeps it, what it adds to the binary.
var firmwareModules = []string{
	"github.com/coder/websocket",        // the faceplate's page
	"github.com/emiago/sipgo",           // SIP transport, parser, transactions
	"github.com/gobwas/httphead",        // sipgo
	"github.com/gobwas/pool",            // sipgo
	"github.com/gobwas/ws",              // sipgo
	"github.com/google/renameio/v2",     // atomic files
	"github.com/google/uuid",            // sipgo
	"github.com/holoplot/go-evdev",      // input devices
	"github.com/icholy/digest",          // HTTP and sipgo
	"github.com/pion/dtls/v3",           // DTLS-SRTP's handshake; a MiB, half of which is encoding/gob and ciphers nobody asked for
	"github.com/pion/logging",           // srtp, dtls
	"github.com/pion/randutil",          // rtp
	"github.com/pion/rtcp",              // RTCP
	"github.com/pion/rtp",               // RTP
	"github.com/pion/srtp/v3",           // SRTP
	"github.com/pion/transport/v5",      // srtp, dtls
	"github.com/thesyncim/gopus",        // Opus; young and of one author: behind media.Codec, held to vectors of libopus
	"github.com/warthog618/go-gpiocdev", // GPIO lines
	"github.com/zaf/g711",               // G.711
	"go.yaml.in/yaml/v3",                // board and configuration files
	"golang.org/x/crypto",               // dtls
	"golang.org/x/image",                // the screen's fonts
	"golang.org/x/net",                  // DNS messages
	"golang.org/x/sync",                 // sipgo
	"golang.org/x/sys",                  // ioctls
	"periph.io/x/conn/v3",               // buses and pins
	"periph.io/x/host/v3",               // I2C buses; the OLED's driver is our own
}

func TestFirmwareModules(t *testing.T) {
	linked := map[string]bool{}
	for _, p := range goList(t, "-deps", "./cmd/offhook") {
		if strings.HasPrefix(p.ImportPath, module+"/cmd/internal/lab") || strings.HasPrefix(p.ImportPath, module+"/media/mediatest") {
			t.Errorf("the firmware links %s, which is for the workbench and tests", p.ImportPath)
		}
		if slices.Contains(p.Imports, "encoding/gob") && p.ImportPath != "github.com/pion/dtls/v3" {
			t.Errorf("%s imports encoding/gob, which the programs of boards are linked without: see buildroot/slim", p.ImportPath)
		}
		if p.Module != nil && p.Module.Path != module {
			linked[p.Module.Path] = true
		}
	}
	for path := range linked {
		if !slices.Contains(firmwareModules, path) {
			t.Errorf("the firmware links %s, which is not in the list", path)
		}
	}
	for _, path := range firmwareModules {
		if !linked[path] {
			t.Errorf("the list has %s, which the firmware does not link", path)
		}
	}
	if t.Failed() {
		t.Logf("%d modules linked", len(linked))
	}
}
