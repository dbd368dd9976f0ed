package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"offhook/provisioning"
)

// wizard asks the questions. It is a script of the Debian package: what is done
// once to a machine takes no room in a telephone's flash.
const wizard = "/usr/lib/offhook/setup"

// questions are the flags that only the script reads.
const questions = "provisioning-url=`URL` of this phone's configuration\n" +
	"account=`USER@DOMAIN` to register as, where no server provisions\n" +
	"transport=`tls|tcp|udp|auto` of the account\n" +
	"password-file=`FILE` whose first line is the account's password\n" +
	"root=`DIR` of an image that is set up\n" +
	"yes=ask nothing, take what is proposed\n" +
	"overwrite=replace files that are there\n" +
	"dry-run=show what would be written"

func setupCommand() command {
	return command{name: "setup", summary: "Makes a telephone of this machine: asks, writes the files, starts the service.",
		details: "Nothing is written before it was shown, no file replaced unless you say so.",
		prepare: func(fs *flag.FlagSet) action {
			name := fs.String("board", "", "`NAME|FILE` of the board; draft: of what is here; detect: at each start")
			unit := fs.Bool("unit", false, "print the unit's drop-in for the board")
			for _, question := range strings.Split(questions, "\n") {
				if name, usage, _ := strings.Cut(question, "="); strings.Contains(usage, "`") {
					fs.String(name, "", usage)
				} else {
					fs.Bool(name, false, usage)
				}
			}
			return func(_ context.Context, t terminal, _ []string) error {
				if !*unit { // it goes on as the script
					err := syscall.Exec(wizard, os.Args[1:], os.Environ())
					return fmt.Errorf(wizard+": %w: install the Debian package, or write "+defaultConfig+" by hand", err)
				}
				config := provisioning.AgentConfig{Board: *name}
				f := runFlags{config: defaultConfig}
				var err error
				if *name == "" { // what offhook run would take
					config, err = f.agentConfig()
				}
				if err != nil {
					return err
				}
				b, err := f.chooseBoard(config)
				if err != nil {
					return err
				}
				_, err = io.WriteString(t.out, devicesOf(b))
				return err
			}
		}}
}
