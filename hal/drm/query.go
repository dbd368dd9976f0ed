package drm

import (
	"runtime"
	"unsafe"
)

// address is that of a slice for a structure of the kernel, which keeps it as a
// number: the collector has to be told by the pinner.
func address[T any](pin *runtime.Pinner, s []T) uint64 {
	if len(s) == 0 {
		return 0
	}
	pin.Pin(&s[0])
	return uint64(uintptr(unsafe.Pointer(&s[0])))
}

// survey lists what the device has: CRTCs, and connectors with what is at them,
// which the kernel looks for now.
func survey(c card) (crtcs []uint32, outputs []output, err error) {
	var r resources
	if err := c.call(getResources, unsafe.Pointer(&r)); err != nil {
		return nil, nil, err
	}
	var pin runtime.Pinner
	defer pin.Unpin()
	crtcs, connectors := make([]uint32, r.countCRTCs), make([]uint32, r.countConnectors)
	r = resources{countCRTCs: r.countCRTCs, countConnectors: r.countConnectors, crtcs: address(&pin, crtcs), connectors: address(&pin, connectors)}
	if err := c.call(getResources, unsafe.Pointer(&r)); err != nil {
		return nil, nil, err
	}
	// What came or went in between is not there, or 0.
	crtcs, connectors = crtcs[:min(len(crtcs), int(r.countCRTCs))], connectors[:min(len(connectors), int(r.countConnectors))]
	for _, id := range connectors {
		o, err := connector(c, id)
		if err != nil {
			return nil, nil, err
		}
		if o.name != "" {
			outputs = append(outputs, o)
		}
	}
	return crtcs, outputs, nil
}

// connector asks for everything; one that shows nothing to anybody has no name.
func connector(c card, id uint32) (output, error) {
	ask := connectorState{id: id} // without room for modes the kernel probes
	if err := c.call(getConnector, unsafe.Pointer(&ask)); err != nil {
		return output{}, err
	}
	if ask.kind == typeWriteback {
		return output{}, nil
	}
	var pin runtime.Pinner
	defer pin.Unpin()
	modes, encoders := make([]modeInfo, max(1, ask.countModes)), make([]uint32, ask.countEncoders)
	full := connectorState{id: id, countModes: uint32(len(modes)), modes: address(&pin, modes), countEncoders: uint32(len(encoders)), encoders: address(&pin, encoders)}
	if err := c.call(getConnector, unsafe.Pointer(&full)); err != nil {
		return output{}, err
	}
	o := output{id: id, kind: full.kind, name: connectorName(full.kind, full.number), state: full.connection, encoder: full.encoder, mark: full.mark()}
	if int(full.countModes) <= len(modes) { // else they have just become more, and none was told
		o.modes = modes[:full.countModes]
	}
	for _, e := range encoders[:min(len(encoders), int(full.countEncoders))] {
		state := encoderState{id: e}
		if err := c.call(getEncoder, unsafe.Pointer(&state)); err != nil {
			return output{}, err
		}
		o.encoders = append(o.encoders, state)
	}
	return o, nil
}

func (s connectorState) mark() mark {
	return mark{s.connection, s.countModes, s.widthMM, s.heightMM}
}

// glance asks what the kernel knows of a connector, which then does not probe.
func glance(c card, id uint32) (mark, error) {
	var pin runtime.Pinner
	defer pin.Unpin()
	room := make([]modeInfo, 1)
	ask := connectorState{id: id, countModes: 1, modes: address(&pin, room)}
	err := c.call(getConnector, unsafe.Pointer(&ask))
	return ask.mark(), err
}

func capability(c card, which uint64) uint64 {
	ask := getCap{capability: which}
	if c.call(getCapacity, unsafe.Pointer(&ask)) != nil {
		return 0 // what the kernel does not know it has not
	}
	return ask.value
}
