package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/exec"

	"offhook/cmd/internal/app"
	"offhook/hal/drivers"
	"offhook/hal/faceplate"
	"offhook/media/engine/link"
)

// linkDescriptor is where the media process finds its control: the first after
// standard input, output and error.
const linkDescriptor = 3

// mediaCommand is for offhook run alone, and in no list: the same binary as the
// process that moves the sound.
func mediaCommand() command {
	return command{name: "media", summary: "Moves the sound for offhook run, which starts it where the board's file has media: {process: separate}.",
		prepare: func(fs *flag.FlagSet) action {
			socket := fs.String("socket", "", "`PATH` where another offhook run finds this process")
			return func(ctx context.Context, _ terminal, _ []string) error {
				if *socket == "" {
					return usageError("this command is started by offhook run, not by hand")
				}
				control, err := link.Inherit(linkDescriptor)
				if err != nil {
					return fmt.Errorf("this command is started by offhook run, not by hand: %w", err)
				}
				// A device that lives in the page cannot be opened here: the
				// board's check says so before it comes to this.
				panel := faceplate.New(faceplate.Config{Log: slog.New(slog.DiscardHandler)})
				defer panel.Close()
				return app.RunMedia(ctx, app.MediaConfig{Drivers: drivers.Table(panel), Control: control, Socket: *socket})
			}
		}}
}

// mediaProcess is the command that starts one.
func mediaProcess(path string) *exec.Cmd {
	// This very program, even when another version has taken its place since:
	// both ends of a link are to be of one.
	self := "/proc/self/exe"
	if _, err := os.Stat(self); err != nil {
		self = os.Args[0]
	}
	cmd := exec.Command(self, "media", "--socket", path)
	cmd.Args[0] = "offhook"
	return cmd
}
