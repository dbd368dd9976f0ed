package chaos

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"offhook/cmd/internal/lab/netns"
	"offhook/hal"
	"offhook/hal/faceplate/remote"
)

// openPage opens the telephone's page from outside of its network, by a gate that
// can be shut without a word.
func (s *suite) openPage(ctx context.Context) (*remote.Client, *gate, error) {
	station := s.keeper.station()
	if station == nil {
		return nil, nil, errors.New("the telephone has ended")
	}
	page, err := url.Parse(station.Faceplate)
	if err != nil {
		return nil, nil, err
	}
	g, err := openGateBy("127.0.0.1:0", 0, func() (c net.Conn, err error) {
		err = netns.Inside(phoneNet, func() (err error) { c, err = net.Dial("tcp", page.Host); return err })
		return c, err
	})
	if err != nil {
		return nil, nil, err
	}
	client, err := remote.Dial(ctx, "http://"+g.listener.Addr().String()+"/")
	if err != nil {
		g.close()
		return nil, nil, err
	}
	return client, g, nil
}

// pageClosed takes the tab away from under a call that was made with it, a key held
// down, at five moments.
func pageClosed(ctx context.Context, s *suite) error {
	for i := range 5 {
		if err := s.cutPage(ctx, time.Duration(s.random.IntN(1500))*time.Millisecond); err != nil {
			return fmt.Errorf("tab %d: %w", i+1, err)
		}
		if err := s.healthy(ctx, 30*time.Second); err != nil {
			return fmt.Errorf("after tab %d: %w", i+1, err)
		}
	}
	return nil
}

func (s *suite) cutPage(ctx context.Context, after time.Duration) error {
	client, g, err := s.openPage(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	defer g.close()
	if err := client.Hook(hal.OffHook); err != nil {
		return err
	}
	if err := errors.Join(pause(ctx, 200*time.Millisecond), client.Tap(hal.Key6, hal.Key0, hal.Key0), client.Press(hal.Key5)); err != nil {
		return err
	}
	return pause(ctx, after)
}
