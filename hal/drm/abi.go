package drm

import "unsafe"

// The kernel's structures of <drm/drm.h> and <drm/drm_mode.h>. They are of one size
// on all machines; a pointer is 64 bits wide in all.

type modeInfo struct {
	clock                                         uint32
	hdisplay, hsyncStart, hsyncEnd, htotal, hskew uint16
	vdisplay, vsyncStart, vsyncEnd, vtotal, vscan uint16
	refresh, flags, kind                          uint32
	name                                          [32]byte
}

type resources struct {
	fbs, crtcs, connectors, encoders                     uint64
	countFBs, countCRTCs, countConnectors, countEncoders uint32
	minWidth, maxWidth, minHeight, maxHeight             uint32
}

type crtcState struct {
	connectors                                          uint64
	countConnectors, id, fb, x, y, gammaSize, modeValid uint32
	mode                                                modeInfo
}

type encoderState struct{ id, kind, crtc, possibleCRTCs, possibleClones uint32 }

type connectorState struct {
	encoders, modes, props, values        uint64
	countModes, countProps, countEncoders uint32
	encoder, id, kind, number, connection uint32
	widthMM, heightMM, subpixel, _        uint32
}

type addFB struct{ id, width, height, pitch, bits, depth, handle uint32 }

type dirtyFB struct {
	fb, flags, colour, count uint32
	clips                    uint64
}

type clipRect struct{ x1, y1, x2, y2 uint16 }

type pageFlip struct {
	crtc, fb, flags, _ uint32
	user               uint64
}

type createDumb struct {
	height, width, bits, flags, handle, pitch uint32
	size                                      uint64
}

type mapDumb struct {
	handle, _ uint32
	offset    uint64
}

type getCap struct{ capability, value uint64 }

type event struct {
	kind, length  uint32
	user          uint64
	_, _, _, crtc uint32
}

const (
	kindConnected    = 1 // connection
	kindDisconnected = 2

	modePreferred = 1 << 3 // modeInfo.kind
	flipEvent     = 1      // pageFlip.flags
	flipComplete  = 2      // event.kind
	maxClips      = 256    // of a dirtyFB

	capDumb           = 1
	capPreferredDepth = 3

	typeUnknown   = 0 // connectorState.kind
	typeVirtual   = 15
	typeWriteback = 18 // what is composed goes to memory
	typeSPI       = 19
	typeUSB       = 20
)

// request numbers, as _IO and _IOWR of <asm-generic/ioctl.h> make them.
const (
	group = 'd' << 8

	setMaster    = group | 0x1e
	getCapacity  = inOut | unsafe.Sizeof(getCap{})<<16 | group | 0x0c
	getResources = inOut | unsafe.Sizeof(resources{})<<16 | group | 0xa0
	getCRTC      = inOut | unsafe.Sizeof(crtcState{})<<16 | group | 0xa1
	setCRTC      = inOut | unsafe.Sizeof(crtcState{})<<16 | group | 0xa2
	getEncoder   = inOut | unsafe.Sizeof(encoderState{})<<16 | group | 0xa6
	getConnector = inOut | unsafe.Sizeof(connectorState{})<<16 | group | 0xa7
	addBuffer    = inOut | unsafe.Sizeof(addFB{})<<16 | group | 0xae
	removeBuffer = inOut | unsafe.Sizeof(uint32(0))<<16 | group | 0xaf
	flipPage     = inOut | unsafe.Sizeof(pageFlip{})<<16 | group | 0xb0
	markDirty    = inOut | unsafe.Sizeof(dirtyFB{})<<16 | group | 0xb1
	newDumb      = inOut | unsafe.Sizeof(createDumb{})<<16 | group | 0xb2
	placeDumb    = inOut | unsafe.Sizeof(mapDumb{})<<16 | group | 0xb3
	freeDumb     = inOut | unsafe.Sizeof(uint32(0))<<16 | group | 0xb4

	inOut = 3 << 30
)

var connectorTypes = [...]string{"Unknown", "VGA", "DVI-I", "DVI-D", "DVI-A", "Composite", "SVIDEO", "LVDS", "Component", "DIN", "DP", "HDMI-A", "HDMI-B",
	"TV", "eDP", "Virtual", "DSI", "DPI", "Writeback", "SPI", "USB"}
