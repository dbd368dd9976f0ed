// Command offhook-lab is the workbench: a PBX, a provisioning server and a
// telephone on loopback, for people (run) and for measuring (demo).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/emiago/sipgo/sip"

	"offhook/cmd/internal/lab/benchbeat"
	"offhook/cmd/internal/lab/benchfleet"
	"offhook/cmd/internal/lab/benchprov"
	"offhook/cmd/internal/lab/boardbox"
	"offhook/cmd/internal/lab/chaos"
	"offhook/cmd/internal/lab/flood"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	sip.SetDefaultLogger(slog.New(slog.DiscardHandler)) // sipgo's of the process, which nothing but this changes
	context.AfterFunc(ctx, stop)                        // a second Ctrl-C does not wait
	os.Exit(execute(ctx, terminal{os.Stdout, os.Stderr}, os.Args[1:]))
}

// terminal is where a command writes.
type terminal struct{ out, err io.Writer }

const usage = `offhook-lab is the workbench: a PBX, a provisioning server and a telephone on loopback.

Usage: offhook-lab run|demo|bench-media|bench-beat|bench-insns|bench-peers|bench-ua|bench-provisioning|bench-fleet|board-test|chaos|flood|update-test|image-test|soak|sbom|sign [flags]

  run          starts everything and prints the address of the page; Ctrl-C ends it
  demo         provisions, registers, calls and is called by script; prints a JSON line of figures
  bench-media  measures the whole audio path: play-out buffer, beat, calls beside other telephones, instructions; prints a JSON line of figures
  bench-beat   measures how late packets are sent on one busy core; prints a JSON line of figures
  bench-insns  counts the ARMv6 instructions of each codec and stage; prints a JSON line of figures
  bench-peers  measures what a call costs beside baresip and pjsua; prints a JSON line of figures
  bench-ua     measures the user agent: registered again after restarts, calls, memory; prints a JSON line of figures
  bench-voice  measures the echo canceller beside speexdsp and WebRTC in made rooms; prints a JSON line of figures
  bench-provisioning
               measures provisioning: phones killed in every change, changes in force, many phones at once; prints a JSON line of figures
  bench-fleet  runs a thousand telephones in one process: what each takes, and what they do to servers; prints a JSON line of figures
  board-test   tries the release binary on ARM boards in QEMU: keys, hook, lamps, relay, sound, screens, power cuts; prints a JSON line of figures
  chaos        breaks names, exchange, network, clock, disk, memory, devices and the agent itself, and sees that it lives; prints a JSON line of figures
  flood        throws at a telephone in a call what strangers throw, and sees that the call lives; prints a JSON line of figures
  image-test   the same on an ARM board in QEMU, whose power is cut; prints a JSON line of figures
  soak         makes 10 000 calls and fails when anything of them is left; prints a JSON line of figures
  update-test  installs good and bad versions in a running telephone, with power cuts; prints a JSON line of figures
  sbom         prints what programs are made of, as CycloneDX: sbom --version V PROGRAM...
  sign         prints a program and its signed manifest, for telephones to take: sign --key K --version V PROGRAM

offhook-lab COMMAND -h tells the flags. Exit status: 0 done, 1 failed, 2 usage.
`

func execute(ctx context.Context, t terminal, args []string) int {
	commands := map[string]func(context.Context, terminal, []string) error{"run": run, "demo": demo, "bench-media": benchMedia, "bench-beat": benchBeat, "bench-peers": benchPeers, "bench-insns": benchInsns, "bench-ua": benchUA, "bench-voice": benchVoice, "soak": soak, "sbom": listParts, "sign": sign, "update-test": updateTest, "image-test": imageTest,
		"bench-provisioning": benchProvisioning, benchprov.Command: benchProvisioningPhone,
		"board-test": boardTest, boardbox.Command: boardTestInside,
		"chaos": chaosFaults, chaos.Command: chaosInside, chaos.AgentCommand: chaosAgent,
		"bench-fleet": benchFleet, benchfleet.Command: fleetPhones,
		"flood": floodAttacks, flood.Command: floodAttack,
		benchbeat.Command: benchBeatRole, "help": help, "-h": help, "--help": help}
	if len(args) == 0 || commands[args[0]] == nil {
		fmt.Fprint(t.err, usage)
		return 2
	}
	err := commands[args[0]](ctx, t, args[1:])
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	}
	fmt.Fprintf(t.err, "offhook-lab %s: %v\n", args[0], err)
	return 1
}

func help(_ context.Context, t terminal, _ []string) error {
	_, err := fmt.Fprint(t.out, usage)
	return err
}

var errUsage = errors.New("usage")

func parse(fs *flag.FlagSet, t terminal, args []string) error {
	if err := parseSome(fs, t, args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		fmt.Fprintf(t.err, "%q is not a flag\n", fs.Arg(0))
		return errUsage
	}
	return nil
}

// parseSome leaves arguments to the command.
func parseSome(fs *flag.FlagSet, t terminal, args []string) error {
	fs.SetOutput(t.err)
	err := fs.Parse(args)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		return errUsage
	}
	return err
}
