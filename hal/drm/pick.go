package drm

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// output is a connector and what is at it.
type output struct {
	id       uint32
	kind     uint32
	name     string // HDMI-A-1
	state    uint32 // of the connection
	modes    []modeInfo
	encoders []encoderState
	encoder  uint32 // that drives it now; 0: none
	mark     mark
}

// mark is what is different when another screen is at a connector.
type mark struct{ state, modes, width, height uint32 }

// sent tells whether the driver sends pictures there. It copies them in its own time:
// writing what is shown tears nothing. (Drivers of panels that refresh themselves take
// changes, too, but they scan the memory while it is written.)
func (o output) sent() bool {
	return o.kind == typeUnknown || o.kind == typeVirtual || o.kind == typeSPI || o.kind == typeUSB
}

func connectorName(kind, number uint32) string {
	name := connectorTypes[0]
	if int(kind) < len(connectorTypes) {
		name = connectorTypes[kind]
	}
	return fmt.Sprintf("%s-%d", name, number)
}

// pickOutput takes the connector of this name, or the first with a screen. Some
// cannot tell whether there is one: they come after those that can.
func pickOutput(all []output, name string) (output, error) {
	var names []string
	for _, state := range []func(uint32) bool{
		func(s uint32) bool { return s == kindConnected },
		func(s uint32) bool { return s != kindConnected && s != kindDisconnected },
	} {
		for _, o := range all {
			if (name == "" || o.name == name) && state(o.state) && len(o.modes) > 0 {
				return o, nil
			}
		}
	}
	for _, o := range all {
		if o.name == name {
			return output{}, fmt.Errorf("no screen is connected to %s", name)
		}
		names = append(names, o.name)
	}
	if name != "" {
		return output{}, fmt.Errorf("there is no connector %s (there are: %s)", name, strings.Join(names, ", "))
	}
	return output{}, fmt.Errorf("no screen is connected (to %s)", strings.Join(names, ", "))
}

// pickMode takes the mode that is asked for, or the one that the screen likes best.
func pickMode(o output, w wish) (modeInfo, error) {
	asked := slices.DeleteFunc(slices.Clone(o.modes), func(m modeInfo) bool {
		return w.width != 0 && (int(m.hdisplay) != w.width || int(m.vdisplay) != w.height) || w.rate != 0 && int(m.refresh) != w.rate
	})
	if len(asked) == 0 {
		return modeInfo{}, fmt.Errorf("the screen at %s has no such mode (it has: %s)", o.name, modeNames(o.modes))
	}
	if i := slices.IndexFunc(asked, func(m modeInfo) bool { return m.kind&modePreferred != 0 }); i >= 0 {
		return asked[i], nil
	}
	return asked[0], nil // the kernel has them best first
}

func modeNames(modes []modeInfo) string {
	var names []string
	for _, m := range modes {
		names = append(names, fmt.Sprintf("%dx%d@%d", m.hdisplay, m.vdisplay, m.refresh))
	}
	return strings.Join(slices.Compact(names), ", ")
}

func (m modeInfo) String() string {
	name, _, _ := bytes.Cut(m.name[:], []byte{0})
	return fmt.Sprintf("%s@%d", name, m.refresh)
}

// pickCRTC takes what drives the output already, or one that can and drives none.
// An encoder has a bit for each CRTC of the list that it can be fed by.
func pickCRTC(o output, crtcs []uint32, all []output) (uint32, error) {
	taken := map[uint32]bool{}
	for _, other := range all {
		for _, e := range other.encoders {
			if e.id == other.encoder && e.crtc != 0 && other.id != o.id {
				taken[e.crtc] = true
			}
		}
	}
	for _, e := range o.encoders {
		if e.id == o.encoder && slices.Contains(crtcs, e.crtc) && !taken[e.crtc] {
			return e.crtc, nil
		}
	}
	for _, e := range o.encoders {
		for i, id := range crtcs {
			if i < 32 && e.possibleCRTCs&(1<<i) != 0 && !taken[id] {
				return id, nil
			}
		}
	}
	return 0, fmt.Errorf("nothing is free to drive %s: other screens have all CRTCs", o.name)
}
