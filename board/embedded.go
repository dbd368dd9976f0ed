package board

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

//go:embed boards/*.yaml
var embedded embed.FS

// Names lists the boards that the program carries.
func Names() []string {
	entries, err := fs.ReadDir(embedded, "boards")
	if err != nil {
		panic(err) // the directory is in the binary
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// Find loads a board by the name of an embedded one, or by its file.
func Find(nameOrFile string) (*Board, error) {
	if slices.Contains(Names(), nameOrFile) {
		file := path.Join("boards", nameOrFile+".yaml")
		data, err := fs.ReadFile(embedded, file)
		if err != nil {
			return nil, err
		}
		return Load(path.Join("board", file), data)
	}
	data, err := os.ReadFile(nameOrFile)
	if errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(nameOrFile, "./") {
		return nil, fmt.Errorf("board %q is neither a file nor one of %s", nameOrFile, strings.Join(Names(), ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("board: %w", err)
	}
	return Load(nameOrFile, data)
}

// ErrNotDetected is returned (wrapped) when no embedded board is this machine.
var ErrNotDetected = errors.New("board: this machine is none of the known boards")

// Detect finds the embedded board that fits the device tree's compatible
// strings, the most specific first. The root is that of the file system
// (os.DirFS("/")).
func Detect(root fs.FS) (*Board, error) {
	data, err := fs.ReadFile(root, "proc/device-tree/compatible")
	if err != nil {
		return nil, fmt.Errorf("%w (it has no device tree): choose one with --board", ErrNotDetected)
	}
	strs := strings.Split(strings.TrimRight(string(data), "\x00"), "\x00")
	for _, s := range strs {
		for _, name := range Names() {
			b, err := Find(name)
			if err != nil {
				return nil, err
			}
			if slices.Contains(b.Compatible, s) {
				return b, nil
			}
		}
	}
	return nil, fmt.Errorf("%w (it is %s): choose one with --board", ErrNotDetected, strings.Join(strs, ", "))
}
