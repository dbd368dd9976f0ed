package vhost

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// region is a piece of the guest's memory: where the guest has it, where QEMU
// has it, and our mapping.
type region struct {
	guest, size, user uint64
	mapped, memory    []byte
}

// memory is the guest's. It is read by the queues' goroutines and only replaced
// while none runs.
type memory []region

// mapMemory takes the table of VHOST_USER_SET_MEM_TABLE.
func mapMemory(table []byte, files []int) (m memory, err error) {
	defer func() {
		for _, f := range files {
			_ = unix.Close(f) // the mapping stays
		}
		if err != nil {
			m.unmap()
		}
	}()
	if len(table) < 8 {
		return nil, errShort
	}
	count := int(le.Uint32(table))
	if count > len(files) || len(table) < 8+32*count {
		return nil, errShort
	}
	for i := range count {
		e := table[8+32*i:]
		offset := le.Uint64(e[24:])
		r := region{guest: le.Uint64(e), size: le.Uint64(e[8:]), user: le.Uint64(e[16:])}
		// An offset need not be a multiple of a page: all before it is mapped too.
		if r.mapped, err = unix.Mmap(files[i], 0, int(r.size+offset), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
			return m, fmt.Errorf("map the guest's memory: %w", err)
		}
		r.memory = r.mapped[offset:]
		m = append(m, r)
	}
	return m, nil
}

func (m memory) unmap() {
	for _, r := range m {
		_ = unix.Munmap(r.mapped) // nothing can be done about it
	}
}

// atGuest is memory by the guest's address, nil where there is none.
func (m memory) atGuest(address, length uint64) []byte {
	for _, r := range m {
		if at := address - r.guest; address >= r.guest && at <= r.size && length <= r.size-at {
			return r.memory[at : at+length]
		}
	}
	return nil
}

// atUser is memory by QEMU's address, nil where there is none.
func (m memory) atUser(address, length uint64) []byte {
	for _, r := range m {
		if at := address - r.user; address >= r.user && at <= r.size && length <= r.size-at {
			return r.memory[at : at+length]
		}
	}
	return nil
}
