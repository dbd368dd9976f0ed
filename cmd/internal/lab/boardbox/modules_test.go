package boardbox

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestDependencies_order(t *testing.T) {
	file := filepath.Join(t.TempDir(), "modules.dep")
	text := "kernel/fs/ext4.ko: kernel/fs/jbd2.ko kernel/lib/crc16.ko\nkernel/fs/jbd2.ko:\nkernel/lib/crc16.ko:\n" +
		"kernel/sound/snd-aloop.ko: kernel/sound/snd-pcm.ko kernel/sound/snd.ko\nkernel/sound/snd-pcm.ko: kernel/sound/snd.ko\nkernel/sound/snd.ko:\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := readDependencies(file)
	if err != nil {
		t.Fatal(err)
	}
	got := d.order("snd_aloop", "built_in", "ext4", "jbd2")
	want := []string{"kernel/sound/snd.ko", "kernel/sound/snd-pcm.ko", "kernel/sound/snd-aloop.ko", "kernel/lib/crc16.ko", "kernel/fs/jbd2.ko", "kernel/fs/ext4.ko"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if err := os.WriteFile(file, []byte("no list\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readDependencies(file); err == nil {
		t.Error("a line without a colon is taken")
	}
}
