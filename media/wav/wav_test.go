package wav_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/mediatest"
	"offhook/media/wav"
)

func all(t *testing.T, r *wav.Reader) (sound media.Frame) {
	t.Helper()
	var f [700]int16
	for {
		n, err := r.Read(f[:])
		if err == io.EOF {
			return sound
		}
		if err != nil || n == 0 {
			t.Fatal(n, err)
		}
		sound = append(sound, f[:n]...)
	}
}

func open(t *testing.T, name string) *wav.Reader {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := wav.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWriter_what_is_recorded_is_played(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.wav")
	w, err := wav.Create(name, wav.Config{Rate: 16000, Channels: 1})
	if err != nil {
		t.Fatal(err)
	}
	voice := mediatest.Voice(16000, time.Second, 1)
	if err := errors.Join(w.WriteFrame(voice[:777]), w.WriteFrame(voice[777:])); err != nil || w.Length() != time.Second {
		t.Fatal(err, w.Length())
	}
	if _, err := os.Stat(name); !errors.Is(err, os.ErrNotExist) {
		t.Error("it has its name before it is whole")
	}
	if err := errors.Join(w.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	r := open(t, name)
	if got := all(t, r); r.Rate() != 16000 || r.Len() != 16000 || !slices.Equal(got, voice) {
		t.Errorf("%d samples at %d Hz", len(got), r.Rate())
	}
	if err := r.Rewind(); err != nil || !slices.Equal(all(t, r), voice) {
		t.Error("another time it is something else", err)
	}
	if sound, rate, err := mediatest.LoadWAV(name); err != nil || rate != 16000 || !slices.Equal(sound, voice) {
		t.Error("another reader disagrees", err)
	}
	if err := w.WriteFrame(voice); !errors.Is(err, wav.ErrClosed) {
		t.Error(err)
	}
}

// What is cut off by a power cut plays to the last Sync, and gets its name later.
func TestWriter_cut_off_plays(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.wav")
	w, err := wav.Create(name, wav.Config{Rate: 8000, Channels: 2})
	if err != nil {
		t.Fatal(err)
	}
	sound := make(media.Frame, 1600)
	for i := range sound {
		sound[i] = int16(100 * (1 + i%2)) // left 100, right 200
	}
	if err := errors.Join(w.WriteFrame(sound), w.Sync(), w.WriteFrame(sound)); err != nil {
		t.Fatal(err)
	}
	r := open(t, name+wav.Partial)
	if got := all(t, r); len(got) != 800 || got[5] != 150 {
		t.Errorf("%d samples of %d", len(got), got[5])
	}
	if err := wav.Recover(name+wav.Partial, name); err != nil {
		t.Fatal(err)
	}
	open(t, name)
	if err := w.Close(); err == nil {
		t.Error("it was taken away and nobody says so")
	}
}

func TestWriter_limits(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken.wav")
	if err := os.WriteFile(taken, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := wav.Create(taken, wav.Config{Rate: 8000, Channels: 1}); !errors.Is(err, os.ErrExist) {
		t.Error(err)
	}
	if _, err := wav.Create(filepath.Join(dir, "none", "a.wav"), wav.Config{Rate: 8000, Channels: 1}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err := wav.Create(filepath.Join(dir, "b.wav"), wav.Config{Rate: 8000, Channels: 1, Spare: 1 << 60}); !errors.Is(err, wav.ErrSpace) {
		t.Error(err)
	}
	if _, err := wav.Create(filepath.Join(dir, "b.wav"), wav.Config{Rate: 8000, Channels: 9}); !errors.Is(err, wav.ErrFormat) {
		t.Error(err)
	}
	w, err := wav.Create(filepath.Join(dir, "b.wav"), wav.Config{Rate: 8000, Channels: 1, Longest: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteFrame(make(media.Frame, 7999)); err != nil {
		t.Error(err)
	}
	if err := w.WriteFrame(make(media.Frame, 2)); !errors.Is(err, wav.ErrFull) || w.Length() != time.Second {
		t.Error(err, w.Length())
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	empty, err := wav.Create(filepath.Join(dir, "c.wav"), wav.Config{Rate: 8000, Channels: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := empty.Close(); err != nil {
		t.Error(err)
	}
	names, _ := os.ReadDir(dir)
	if len(names) != 2 {
		t.Errorf("left behind: %v", names)
	}
}

// file is a WAV file made by hand.
func file(coding, channels uint16, rate uint32, bits uint16, data []byte) []byte {
	b := []byte("RIFF\x00\x00\x00\x00WAVEjunk\x03\x00\x00\x00abc\x00fmt \x10\x00\x00\x00")
	b = binary.LittleEndian.AppendUint16(b, coding)
	b = binary.LittleEndian.AppendUint16(b, channels)
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint16(b, channels*bits/8)
	b = binary.LittleEndian.AppendUint16(b, bits)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	return append(b, data...)
}

func TestReader(t *testing.T) {
	for name, c := range map[string]struct {
		file []byte
		want media.Frame
	}{
		"PCM":                 {file(1, 1, 48000, 16, []byte{1, 0, 2, 0, 0xFF, 0xFF}), media.Frame{1, 2, -1}},
		"PCM, stereo":         {file(1, 2, 8000, 16, []byte{10, 0, 20, 0}), media.Frame{15}},
		"A-law":               {file(6, 1, 8000, 8, []byte{0xD5, 0x55}), media.Frame{8, -8}},
		"mu-law":              {file(7, 1, 8000, 8, []byte{0xFF, 0x80}), media.Frame{0, 32124}},
		"half a sample over":  {file(1, 1, 8000, 16, []byte{1, 0, 2}), media.Frame{1}},
		"a size that is none": {append(file(1, 1, 8000, 16, nil), 7, 0), media.Frame{7}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := wav.NewReader(bytes.NewReader(c.file))
			if err != nil {
				t.Fatal(err)
			}
			if got := all(t, r); !slices.Equal(got, c.want) {
				t.Errorf("%v, not %v", got, c.want)
			}
		})
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "text": []byte("this is no sound, it is a text"), "no data": []byte("RIFF\x00\x00\x00\x00WAVE"),
		"24 bits": file(1, 1, 8000, 24, make([]byte, 9)), "MP3": file(85, 1, 8000, 16, make([]byte, 9)),
		"six channels": file(1, 6, 8000, 16, make([]byte, 24)), "96 kHz": file(1, 1, 96000, 16, make([]byte, 24)),
		"empty": file(1, 1, 8000, 16, nil), "data first": []byte("RIFF\x00\x00\x00\x00WAVEdata\x02\x00\x00\x00\x00\x00"),
	} {
		if _, err := wav.NewReader(bytes.NewReader(b)); !errors.Is(err, wav.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add(file(1, 2, 8000, 16, make([]byte, 40)))
	f.Add(file(6, 1, 8000, 8, make([]byte, 40)))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := wav.NewReader(bytes.NewReader(b))
		if err != nil {
			return
		}
		if got := all(t, r); len(got) != r.Len() {
			t.Fatalf("%d samples, %d promised", len(got), r.Len())
		}
	})
}
