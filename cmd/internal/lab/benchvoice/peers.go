package benchvoice

import (
	"bytes"
	"context"
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"offhook/media"
)

// ErrNoTools is returned (wrapped) when a peer cannot be built here.
var ErrNoTools = errors.New("a peer cannot be built here")

//go:embed testdata/peer.h testdata/speexdsp.c testdata/webrtc.cc
var sources embed.FS

// source is a program that plays scenes to a library.
type source struct{ file, compiler, packages string }

var (
	speexSource  = source{"speexdsp.c", "gcc", "gcc libc6-dev libspeexdsp-dev"}
	webrtcSource = source{"webrtc.cc", "g++", "g++ libc6-dev libwebrtc-audio-processing-dev"}
)

// flags are those of the compiler after the file.
func (s source) flags() []string {
	if s == speexSource {
		return []string{"-lspeexdsp"}
	}
	return []string{"-DWEBRTC_POSIX", "-DWEBRTC_AUDIO_PROCESSING_ONLY_BUILD", "-I/usr/include/webrtc_audio_processing", "-lwebrtc_audio_processing"}
}

// build compiles it in dir and says where the program is.
func (s source) build(ctx context.Context, dir string) (string, error) {
	for _, name := range []string{"peer.h", s.file} {
		text, err := fs.ReadFile(sources, "testdata/"+name)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return "", err
		}
	}
	program := filepath.Join(dir, strings.TrimSuffix(s.file, filepath.Ext(s.file)))
	args := append([]string{"-O2", "-o", program, filepath.Join(dir, s.file)}, s.flags()...)
	if out, err := exec.CommandContext(ctx, s.compiler, args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s: %w; install the packages %s: %s", ErrNoTools, s.file, err, s.packages, lastLine(out))
	}
	return program, nil
}

func lastLine(text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
}

// peer is a program built of a source.
type peer struct {
	program string
	args    []string
	linear  bool // it tells what its linear filter leaves
}

func speexdsp(program string, frame int, tail time.Duration) peer {
	return peer{program, []string{strconv.Itoa(frame), strconv.Itoa(samples(tail))}, true}
}

// preprocessor is speexdsp's alone, with or without its gain control.
func preprocessor(program string, gain bool) peer {
	p := speexdsp(program, 320, 0)
	if gain {
		p.args = append(p.args, "gain")
	}
	return p
}

func (p peer) cancel(ctx context.Context, mic, far media.Frame) (taken, error) {
	in := make([]byte, 0, 4*len(mic))
	for i := range mic {
		in = binary.LittleEndian.AppendUint16(in, uint16(mic[i]))
		in = binary.LittleEndian.AppendUint16(in, uint16(far[i]))
	}
	cmd := exec.CommandContext(ctx, p.program, p.args...)
	var out, told bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &out, &told
	if err := cmd.Run(); err != nil {
		return taken{}, fmt.Errorf("%s: %w: %s", filepath.Base(p.program), err, lastLine(told.Bytes()))
	}
	ns, err := strconv.ParseInt(lastLine(told.Bytes()), 10, 64)
	if err != nil {
		return taken{}, fmt.Errorf("%s: what it took: %w", filepath.Base(p.program), err)
	}
	return p.read(out.Bytes(), len(mic), time.Duration(ns)), nil
}

// read takes apart what the program wrote; what is less than a frame is silence.
func (p peer) read(pairs []byte, n int, took time.Duration) taken {
	t := taken{out: make(signal, n), took: took}
	if p.linear {
		t.linear = make(signal, n)
	}
	for i := range min(n, len(pairs)/4) {
		t.out[i] = float64(int16(binary.LittleEndian.Uint16(pairs[4*i:]))) / full
		if p.linear {
			t.linear[i] = float64(int16(binary.LittleEndian.Uint16(pairs[4*i+2:]))) / full
		}
	}
	return t
}
