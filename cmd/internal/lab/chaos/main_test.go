package chaos

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/emiago/sipgo/sip"
	"go.uber.org/goleak"

	"offhook/cmd/internal/localapi"
)

// TestMain is also what the tests start: the part in namespaces, a telephone, and one
// that lies.
func TestMain(m *testing.M) {
	roles := map[string]func(context.Context, []string) error{
		Command: func(ctx context.Context, args []string) error {
			sip.SetDefaultLogger(slog.New(slog.DiscardHandler))
			return Inside(ctx, args, os.Stdout, os.Stderr)
		},
		AgentCommand: func(ctx context.Context, args []string) error { return Agent(ctx, args, os.Stdout, os.Stderr) },
		liarCommand:  beLiar,
	}
	if len(os.Args) < 2 || roles[os.Args[1]] == nil {
		goleak.VerifyTestMain(m)
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := roles[os.Args[1]](ctx, os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const liarCommand = "chaos-liar"

// liar is a telephone that says what it is told to, whatever is so.
type liar struct {
	localapi.Backend
	status  localapi.Status
	picture []byte
}

func (l liar) Status(context.Context) (localapi.Status, error) { return l.status, nil }
func (l liar) Screen(context.Context) ([]byte, error)          { return l.picture, nil }
func (l liar) Reprovision(context.Context) error               { return nil }
func (l liar) Hangup(context.Context) error                    { return nil }

func (l liar) Dial(context.Context, localapi.DialRequest) error { return nil }

// beLiar is one whose state, picture and socket are the arguments that follow those of
// run.
func beLiar(ctx context.Context, args []string) error {
	picture, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	l := liar{picture: picture, status: localapi.Status{Accounts: []localapi.Account{{State: args[0]}}, Audio: localapi.Audio{State: "running"}}}
	if args[0] == "keeps nothing" {
		l.status.Accounts[0].State, l.status.Provisioning.StoreError = "registered", "disk full"
	}
	if args[0] == "in a call" {
		l.status.Accounts[0].State, l.status.Calls = "registered", []localapi.Call{{State: "confirmed"}}
	}
	socket := args[len(args)-1]
	for i := range args {
		if args[i] == "--socket" {
			socket = args[i+1]
		}
	}
	s, err := localapi.Listen(socket, l, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	fmt.Println("faceplate http://127.0.0.1:1/\nready")
	<-ctx.Done()
	return s.Close()
}
