package web

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"offhook/cmd/internal/localapi"
	"offhook/media"
)

// backend is a telephone that does what it is told to expect: anything else fails the
// test. What the pages must never reach is not there at all: the embedded nil panics.
type backend struct {
	localapi.Backend
	t    *testing.T
	mu   sync.Mutex
	want []string
	err  error
	news chan string
	ends chan struct{} // closed when a followed log ended
	hang bool          // a command lasts until its context ends
}

// expect is what is to come, in order.
func (b *backend) expect(calls ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.want = append(b.want, calls...)
}

func (b *backend) done() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.want) > 0 {
		b.t.Errorf("never called: %q", b.want)
	}
	b.want = nil
}

func (b *backend) called(ctx context.Context, what string) error {
	if b.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.want) == 0 || b.want[0] != what {
		b.t.Errorf("called %q, want %q", what, b.want)
		return errors.New("not expected")
	}
	b.want = slices.Delete(b.want, 0, 1)
	return b.err
}

func (b *backend) Status(ctx context.Context) (localapi.Status, error) {
	return localapi.Status{Version: "v1"}, b.called(ctx, "status")
}
func (b *backend) Call(ctx context.Context, id uint64) (localapi.CallDetail, error) {
	return localapi.CallDetail{Call: localapi.Call{ID: id}, Seconds: []media.Second{{Expected: 50}}}, b.called(ctx, fmt.Sprint("call ", id))
}
func (b *backend) Explain(ctx context.Context) ([]localapi.Setting, error) {
	return nil, b.called(ctx, "explain")
}
func (b *backend) History(ctx context.Context) (localapi.History, error) {
	return localapi.History{Documents: []localapi.Kept{{Number: 3}}}, b.called(ctx, "history")
}
func (b *backend) Kept(ctx context.Context, n int) (localapi.KeptDocument, error) {
	return localapi.KeptDocument{Kept: localapi.Kept{Number: n}, Document: "offhook: 1\n"}, b.called(ctx, fmt.Sprint("kept ", n))
}
func (b *backend) Differences(ctx context.Context, x, y int) ([]string, error) {
	return []string{"phone.name"}, b.called(ctx, fmt.Sprint("differences ", x, " ", y))
}
func (b *backend) Rollback(ctx context.Context, r localapi.RollbackRequest) (localapi.RollbackRequest, error) {
	return r, b.called(ctx, fmt.Sprint("rollback ", r.Number))
}
func (b *backend) Dial(ctx context.Context, r localapi.DialRequest) error {
	return b.called(ctx, fmt.Sprintf("dial %s %s %v", r.Account, r.Target, r.Intercom))
}
func (b *backend) Answer(ctx context.Context) error       { return b.called(ctx, "answer") }
func (b *backend) Hangup(ctx context.Context) error       { return b.called(ctx, "hangup") }
func (b *backend) Reprovision(ctx context.Context) error  { return b.called(ctx, "reprovision") }
func (b *backend) FirmwareBack(ctx context.Context) error { return b.called(ctx, "firmware back") }
func (b *backend) DoNotDisturb(ctx context.Context, r localapi.Switch) error {
	return b.called(ctx, fmt.Sprint("dnd ", r.On))
}
func (b *backend) Forward(ctx context.Context, r localapi.ForwardRequest) error {
	return b.called(ctx, "forward "+r.Target)
}
func (b *backend) OpenDoor(ctx context.Context, r localapi.DoorRequest) error {
	return b.called(ctx, "door "+r.Relay)
}
func (b *backend) Accept(ctx context.Context, s string) (string, error) {
	return s, b.called(ctx, "accept "+s)
}
func (b *backend) Refuse(ctx context.Context, s string) (string, error) {
	return s, b.called(ctx, "refuse "+s)
}
func (b *backend) Forget(ctx context.Context, s string) (string, error) {
	return s, b.called(ctx, "forget "+s)
}
func (b *backend) Screen(ctx context.Context) ([]byte, error) {
	return []byte("\x89PNG"), b.called(ctx, "screen")
}

func (b *backend) Logs(ctx context.Context, follow bool, line func([]byte) error) error {
	if err := b.called(ctx, fmt.Sprint("logs ", follow)); err != nil {
		return err
	}
	if err := line([]byte(`{"msg":"kept"}`)); err != nil || !follow {
		return err
	}
	defer close(b.ends)
	for {
		select {
		case s := <-b.news:
			if err := line([]byte(s)); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}
