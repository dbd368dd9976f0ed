package boardbox

import (
	"fmt"
	"io"
	"path"
	"slices"
)

// archive is a cpio archive of the kind that the kernel takes as its first root
// file system: "newc", numbers in eight hexadecimal digits, names and files filled up
// to four octets (the kernel's buffer-format.rst). Folders are made as needed.
type archive struct {
	to      io.Writer
	written int
	inode   int
	folders []string
	err     error
}

const (
	regular = 0o100000
	folder  = 0o040000
)

// file adds a file.
func (a *archive) file(name string, permissions int, content []byte) {
	a.folder(path.Dir(name))
	a.entry(name, regular|permissions, content)
}

// folder adds a folder and those that it is in.
func (a *archive) folder(name string) {
	if name == "." || name == "/" || slices.Contains(a.folders, name) {
		return
	}
	a.folder(path.Dir(name))
	a.folders = append(a.folders, name)
	a.entry(name, folder|0o755, nil)
}

// close ends the archive; it tells what went wrong with any part.
func (a *archive) close() error {
	a.entry("TRAILER!!!", 0, nil)
	return a.err
}

func (a *archive) entry(name string, mode int, content []byte) {
	a.inode++
	links := 1
	if mode&folder != 0 {
		links = 2
	}
	header := "070701"
	for _, field := range []int{a.inode, mode, 0, 0, links, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0} {
		header += fmt.Sprintf("%08x", field)
	}
	a.write([]byte(header + name + "\x00"))
	a.fill()
	a.write(content)
	a.fill()
}

func (a *archive) fill() { a.write(make([]byte, -a.written&3)) }

func (a *archive) write(b []byte) {
	if a.err != nil {
		return
	}
	var n int
	n, a.err = a.to.Write(b)
	a.written += n
}
