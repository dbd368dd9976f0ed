package alsa

import "unsafe"

// The kernel's structures, by their names in <sound/asound.h>. A C long is as
// long as a Go int on every machine that we build for. The sizes are part of
// the request numbers, and both are tested against what the C compiler says.

// The parameters of a snd_pcm_hw_params: first masks, then intervals.
const (
	paramAccess     = 0
	paramFormat     = 1
	firstInterval   = 8
	paramChannels   = 10
	paramRate       = 11
	paramPeriodSize = 13 // frames
	paramBufferSize = 17 // frames
	lastInterval    = 19

	accessInterleaved = 3 // SNDRV_PCM_ACCESS_RW_INTERLEAVED

	formatS16LE  = 2  // SNDRV_PCM_FORMAT_S16_LE
	formatS24LE  = 6  // SNDRV_PCM_FORMAT_S24_LE: the low three bytes of four
	formatS32LE  = 10 // SNDRV_PCM_FORMAT_S32_LE
	formatS243LE = 32 // SNDRV_PCM_FORMAT_S24_3LE
)

type mask [8]uint32

type interval struct {
	min, max uint32
	flags    uint32
}

const (
	intervalOpenMin = 1 << 0
	intervalOpenMax = 1 << 1
	intervalInteger = 1 << 2
)

type hwParams struct {
	flags                          uint32
	masks                          [3 + 5]mask // five are reserved
	intervals                      [lastInterval - firstInterval + 1 + 9]interval
	rmask, cmask                   uint32
	info, msbits, rateNum, rateDen uint32
	fifoSize                       uint
	_                              [64]byte
}

type swParams struct {
	tstampMode       int32
	periodStep       uint32
	sleepMin         uint32
	availMin         uint
	xferAlign        uint
	startThreshold   uint
	stopThreshold    uint
	silenceThreshold uint
	silenceSize      uint
	boundary         uint // R: where the pointers wrap
	proto            uint32
	tstampType       uint32
	_                [56]byte
}

const long = unsafe.Sizeof(uint(0))

// syncPtr is snd_pcm_sync_ptr as far as it is the same for every width of time.
type syncPtr struct {
	flags  uint32
	status struct {
		state, _ int32
		hwPtr    uint
		_        [64 - 8 - long]byte
	}
	control struct {
		applPtr  uint
		availMin uint
		_        [64 - 2*long]byte
	}
}

// Ask for the application's pointer and avail_min, do not set them.
const syncGet = 1<<1 | 1<<2

// eventSize is that of a snd_ctl_event: a kind, a mask and a control's id.
const eventSize = 8 + unsafe.Sizeof(elemID{})

const nameLength = 44

type elemID struct {
	numid     uint32
	iface     int32
	device    uint32
	subdevice uint32
	name      [nameLength]byte
	index     uint32
}

const ifaceMixer = 2

type elemList struct {
	offset, space uint32
	used, count   uint32
	ids           unsafe.Pointer // of elemID
	_             [50]byte
}

// Types of a control.
const (
	typeBoolean    = 1
	typeInteger    = 2
	typeEnumerated = 3
)

// Access to a control.
const (
	accessRead    = 1 << 0
	accessWrite   = 1 << 1
	accessTLVRead = 1 << 4
)

// elemInfo holds the union of what each type says of itself in value.
type elemInfo struct {
	id     elemID
	kind   int32
	access uint32
	count  uint32
	owner  int32
	value  [128]byte
	_      [64]byte
}

type integerInfo struct{ min, max, step int }

type enumeratedInfo struct {
	items, item uint32
	name        [64]byte
}

func (i *elemInfo) integer() *integerInfo { return (*integerInfo)(unsafe.Pointer(&i.value)) }

func (i *elemInfo) enumerated() *enumeratedInfo { return (*enumeratedInfo)(unsafe.Pointer(&i.value)) }

// elemValue holds up to 128 values: longs, or 32-bit item numbers.
type elemValue struct {
	id       elemID
	indirect uint32
	_        uint32 // the union holds 64-bit values and is aligned to them
	value    [128]int
	_        [128]byte
}

func (v *elemValue) items() *[128]uint32 { return (*[128]uint32)(unsafe.Pointer(&v.value)) }

// tlvRequest is a snd_ctl_tlv with room for what it brings.
type tlvRequest struct {
	numid, length uint32
	data          [tlvWords]uint32
}

const (
	tlvHeader = 8 // bytes of a snd_ctl_tlv itself
	tlvWords  = 256
)

// Requests: direction, size, group, number.
const (
	pcmRefine   = 3<<30 | uint(unsafe.Sizeof(hwParams{}))<<16 | 'A'<<8 | 0x10
	pcmHwParams = 3<<30 | uint(unsafe.Sizeof(hwParams{}))<<16 | 'A'<<8 | 0x11
	pcmSwParams = 3<<30 | uint(unsafe.Sizeof(swParams{}))<<16 | 'A'<<8 | 0x13
	pcmSyncPtr  = 3<<30 | uint(unsafe.Sizeof(syncPtr{}))<<16 | 'A'<<8 | 0x23
	pcmPrepare  = 'A'<<8 | 0x40
	pcmStart    = 'A'<<8 | 0x42
	pcmDrop     = 'A'<<8 | 0x43
	pcmLink     = 1<<30 | 4<<16 | 'A'<<8 | 0x60

	ctlElemList  = 3<<30 | uint(unsafe.Sizeof(elemList{}))<<16 | 'U'<<8 | 0x10
	ctlElemInfo  = 3<<30 | uint(unsafe.Sizeof(elemInfo{}))<<16 | 'U'<<8 | 0x11
	ctlSubscribe = 3<<30 | 4<<16 | 'U'<<8 | 0x16
	ctlElemRead  = 3<<30 | uint(unsafe.Sizeof(elemValue{}))<<16 | 'U'<<8 | 0x12
	ctlElemWrite = 3<<30 | uint(unsafe.Sizeof(elemValue{}))<<16 | 'U'<<8 | 0x13
	ctlTLVRead   = 3<<30 | tlvHeader<<16 | 'U'<<8 | 0x1a
)
