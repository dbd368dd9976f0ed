package chaos

import (
	"context"
	"errors"
	"net/netip"
	"path/filepath"
	"time"

	"offhook/cmd/internal/lab/netns"
)

// withNames starts the telephone anew with a name server that is so for a while: it
// knows nothing from before.
func withNames(ctx context.Context, s *suite, m namesMode) error {
	s.world.names.be(m)
	defer s.world.names.be(honest())
	before := s.world.names.questions()
	s.keeper.kill()
	err := pause(ctx, 25*time.Second)
	if s.world.names.questions() == before && err == nil {
		err = errors.New("the telephone never asked for the name")
	}
	return err
}

func namesDead(ctx context.Context, s *suite) error {
	return withNames(ctx, s, namesMode{dead: true})
}

func namesNothing(ctx context.Context, s *suite) error {
	return withNames(ctx, s, namesMode{nothing: true})
}

func namesNobody(ctx context.Context, s *suite) error {
	return withNames(ctx, s, namesMode{address: netip.MustParseAddr(nobody), life: 86400})
}

func namesStranger(ctx context.Context, s *suite) error {
	end, err := impostor(filepath.Join(s.world.dir, "stranger"))
	if err != nil {
		return err
	}
	defer end()
	return withNames(ctx, s, namesMode{address: netip.MustParseAddr(stranger), life: 86400})
}

// namesDeadRestart: the telephone has asked before, and must not need to again.
func namesDeadRestart(ctx context.Context, s *suite) error {
	s.world.names.be(namesMode{dead: true})
	defer s.world.names.be(honest())
	if err := exchangeRestarted(ctx, s); err != nil {
		return err
	}
	s.lift() // the exchange is back, and that must do
	return s.healthy(ctx, time.Minute)
}

// phone runs ip in the telephone's network.
func phoneIP(ctx context.Context, lines ...string) error {
	for _, line := range lines {
		if err := netns.IP(ctx, "-n "+phoneNet+" "+line); err != nil {
			return err
		}
	}
	return nil
}

func (s *suite) cableDown(ctx context.Context) error {
	s.world.exchange.cut(true)
	return phoneIP(ctx, "link set "+cable+" down")
}

func (s *suite) cableUp(ctx context.Context) error {
	defer s.world.exchange.cut(false)
	return phoneIP(ctx, "link set "+cable+" up", "route replace default via "+office)
}

func flaps(ctx context.Context, s *suite) error {
	for range 20 {
		if err := errors.Join(s.cableDown(ctx), pause(ctx, time.Duration(s.random.IntN(400))*time.Millisecond),
			s.cableUp(ctx), pause(ctx, time.Duration(s.random.IntN(600))*time.Millisecond)); err != nil {
			return err
		}
	}
	return nil
}

func cableOut(ctx context.Context, s *suite) error {
	return errors.Join(s.cableDown(ctx), pause(ctx, 30*time.Second), s.cableUp(ctx))
}

// moved takes the telephone's address away in a call and gives it another, and back.
func moved(ctx context.Context, s *suite) error {
	if err := s.call(ctx); err != nil {
		return err
	}
	const other = "192.0.2.8"
	for _, step := range [][2]string{{seat, other}, {other, seat}} {
		if err := errors.Join(phoneIP(ctx, "address delete "+step[0]+bits+" dev "+cable, "address add "+step[1]+bits+" dev "+cable,
			"route replace default via "+office), pause(ctx, 5*time.Second)); err != nil {
			return err
		}
	}
	s.world.exchange.hangUp()
	if station := s.keeper.station(); station != nil {
		_ = station.Control().Hangup(ctx) // the exchange's word may have come before
	}
	return nil
}
