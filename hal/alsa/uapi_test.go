package alsa

import (
	"fmt"
	"runtime"
	"testing"
	"unsafe"
)

// abi is what a C compiler says of <sound/asound.h>: once for machines of 64
// bits, once for ARM's EABI.
type abi struct {
	sizes    map[string]uintptr
	offsets  map[string]uintptr
	requests map[string]uint
}

var abi64 = abi{
	sizes: map[string]uintptr{
		"hw_params": 608, "sw_params": 136, "sync_ptr": 136,
		"elem_id": 64, "elem_list": 80, "elem_info": 272, "elem_value": 1224, "tlv": 8, "event": 72,
	},
	offsets: map[string]uintptr{
		"hw_params.masks": 4, "hw_params.intervals": 260, "hw_params.rmask": 512, "hw_params.fifo_size": 536,
		"sw_params.avail_min": 16, "sw_params.start_threshold": 32, "sw_params.stop_threshold": 40, "sw_params.boundary": 64, "sw_params.proto": 72,
		"sync_ptr.hw_ptr": 16, "sync_ptr.appl_ptr": 72, "sync_ptr.avail_min": 80,
		"elem_id.name": 16, "elem_id.index": 60, "elem_list.pids": 16,
		"elem_info.count": 72, "elem_info.value": 80, "integer.max": 8, "enumerated.name": 8, "elem_value.value": 72,
	},
	requests: map[string]uint{
		"HW_REFINE": 0xc2604110, "HW_PARAMS": 0xc2604111, "SW_PARAMS": 0xc0884113, "SYNC_PTR": 0xc0884123,
		"PREPARE": 0x4140, "START": 0x4142, "DROP": 0x4143, "LINK": 0x40044160,
		"ELEM_LIST": 0xc0505510, "ELEM_INFO": 0xc1105511, "ELEM_READ": 0xc4c85512, "ELEM_WRITE": 0xc4c85513, "TLV_READ": 0xc008551a, "SUBSCRIBE": 0xc0045516,
	},
}

var abiARM = abi{
	sizes: map[string]uintptr{
		"hw_params": 604, "sw_params": 104, "sync_ptr": 132,
		"elem_id": 64, "elem_list": 72, "elem_info": 272, "elem_value": 712, "tlv": 8, "event": 72,
	},
	offsets: map[string]uintptr{
		"hw_params.masks": 4, "hw_params.intervals": 260, "hw_params.rmask": 512, "hw_params.fifo_size": 536,
		"sw_params.avail_min": 12, "sw_params.start_threshold": 20, "sw_params.stop_threshold": 24, "sw_params.boundary": 36, "sw_params.proto": 40,
		"sync_ptr.hw_ptr": 12, "sync_ptr.appl_ptr": 68, "sync_ptr.avail_min": 72,
		"elem_id.name": 16, "elem_id.index": 60, "elem_list.pids": 16,
		"elem_info.count": 72, "elem_info.value": 80, "integer.max": 4, "enumerated.name": 8, "elem_value.value": 72,
	},
	requests: map[string]uint{
		"HW_REFINE": 0xc25c4110, "HW_PARAMS": 0xc25c4111, "SW_PARAMS": 0xc0684113, "SYNC_PTR": 0xc0844123,
		"PREPARE": 0x4140, "START": 0x4142, "DROP": 0x4143, "LINK": 0x40044160,
		"ELEM_LIST": 0xc0485510, "ELEM_INFO": 0xc1105511, "ELEM_READ": 0xc2c85512, "ELEM_WRITE": 0xc2c85513, "TLV_READ": 0xc008551a, "SUBSCRIBE": 0xc0045516,
	},
}

// abis is by GOARCH: each for which offhook is built needs its line.
var abis = map[string]abi{"amd64": abi64, "arm64": abi64, "arm": abiARM}

func ours() abi {
	var hw hwParams
	var sw swParams
	var sync syncPtr
	var id elemID
	var list elemList
	var info elemInfo
	var value elemValue
	return abi{
		sizes: map[string]uintptr{
			"hw_params": unsafe.Sizeof(hw), "sw_params": unsafe.Sizeof(sw), "sync_ptr": unsafe.Sizeof(sync),
			"elem_id": unsafe.Sizeof(id), "elem_list": unsafe.Sizeof(list), "elem_info": unsafe.Sizeof(info),
			"elem_value": unsafe.Sizeof(value), "tlv": unsafe.Offsetof(tlvRequest{}.data), "event": eventSize,
		},
		offsets: map[string]uintptr{
			"hw_params.masks": unsafe.Offsetof(hw.masks), "hw_params.intervals": unsafe.Offsetof(hw.intervals),
			"hw_params.rmask": unsafe.Offsetof(hw.rmask), "hw_params.fifo_size": unsafe.Offsetof(hw.fifoSize),
			"sw_params.avail_min": unsafe.Offsetof(sw.availMin), "sw_params.start_threshold": unsafe.Offsetof(sw.startThreshold),
			"sw_params.stop_threshold": unsafe.Offsetof(sw.stopThreshold), "sw_params.boundary": unsafe.Offsetof(sw.boundary), "sw_params.proto": unsafe.Offsetof(sw.proto),
			"sync_ptr.hw_ptr":    unsafe.Offsetof(sync.status) + unsafe.Offsetof(sync.status.hwPtr),
			"sync_ptr.appl_ptr":  unsafe.Offsetof(sync.control) + unsafe.Offsetof(sync.control.applPtr),
			"sync_ptr.avail_min": unsafe.Offsetof(sync.control) + unsafe.Offsetof(sync.control.availMin),
			"elem_id.name":       unsafe.Offsetof(id.name), "elem_id.index": unsafe.Offsetof(id.index), "elem_list.pids": unsafe.Offsetof(list.ids),
			"elem_info.count": unsafe.Offsetof(info.count), "elem_info.value": unsafe.Offsetof(info.value),
			"integer.max": unsafe.Offsetof(integerInfo{}.max), "enumerated.name": unsafe.Offsetof(enumeratedInfo{}.name), "elem_value.value": unsafe.Offsetof(value.value),
		},
		requests: map[string]uint{
			"HW_REFINE": pcmRefine, "HW_PARAMS": pcmHwParams, "SW_PARAMS": pcmSwParams, "SYNC_PTR": pcmSyncPtr,
			"PREPARE": pcmPrepare, "START": pcmStart, "DROP": pcmDrop, "LINK": pcmLink,
			"ELEM_LIST": ctlElemList, "ELEM_INFO": ctlElemInfo, "ELEM_READ": ctlElemRead, "ELEM_WRITE": ctlElemWrite, "TLV_READ": ctlTLVRead, "SUBSCRIBE": ctlSubscribe,
		},
	}
}

func TestABI(t *testing.T) {
	want, ok := abis[runtime.GOARCH]
	if !ok {
		t.Fatalf("nobody has asked a C compiler about %s yet", runtime.GOARCH)
	}
	got := ours()
	for name, n := range want.sizes {
		if got.sizes[name] != n {
			t.Errorf("size of %s: %d, want %d", name, got.sizes[name], n)
		}
	}
	for name, n := range want.offsets {
		if got.offsets[name] != n {
			t.Errorf("offset of %s: %d, want %d", name, got.offsets[name], n)
		}
	}
	for name, n := range want.requests {
		if got.requests[name] != n {
			t.Errorf("request %s: %s, want %s", name, fmt.Sprintf("%#x", got.requests[name]), fmt.Sprintf("%#x", n))
		}
	}
}
