//go:build interop

package interop

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/mediatest"
)

// TestCodecs has speech judged in both directions, of calls made by either, with
// each codec and each way to protect it.
func TestCodecs(t *testing.T) {
	k := newKamailio(t)
	for _, c := range codecCases(t) {
		ours, theirs := c.alone(t, ourVoice), c.alone(t, theirVoice)
		told("%s alone: MOS %.2f of our voice, %.2f of theirs", c.name, ours, theirs)
		for _, m := range modeCases() {
			t.Run(c.name+" over "+m.name, func(t *testing.T) {
				t.Parallel()
				codecRows(t, k, c, m, ours, theirs)
			})
		}
	}
}

func codecRows(t *testing.T, k *kamailio, c codecCase, m modeCase, ours, theirs float64) {
	us := strings.NewReplacer(" ", "", ",", "").Replace(strings.ToLower(c.name + m.name))
	b := newBaresip(t, k, "far"+us, "tls", m.bare, func(b *baresip) {
		b.Codecs, b.Rate, b.Answers = c.bare, c.far, "auto"
		mouth := filepath.Join(b.dir, "mouth.wav")
		round := said(theirVoice, c.far)
		must(t, mediatest.SaveWAV(mouth, slices.Repeat(round, 6), c.far))
		b.Source = "aufile," + mouth
	})
	h := newHandset(t, c.card, k.account(us, "tls", append([]string{"codecs: [" + c.ours + "]"}, m.account...)...), k.CA)
	row(t, "offhook calls -> speech both ways", func(t *testing.T, ctx context.Context) {
		h.with(t).bound(ctx, us)
		mark := b.happened()
		h.dial(ctx, us, "far"+us)
		_, err := b.until(ctx, mark, "CALL_ESTABLISHED")
		must(t, err)
		spoken(t, ctx, h, b, mark, c, m.calling, ours, theirs)
	})
	row(t, "baresip calls -> speech both ways", func(t *testing.T, ctx context.Context) {
		mark, before := b.happened(), h.with(t).last(ctx)
		b.command(t, "dial", "sip:"+us+"@"+domain)
		h.answers(ctx, before)
		spoken(t, ctx, h, b, mark, c, m.called, ours, theirs)
	})
}

// window is what listening to one sentence takes. Sentences are listened to until one
// came well, while the row has time: somebody else's burst of work on this machine
// delays a far end's packets, and play-out that follows them is not what these rows
// are about.
const window = settle + sentence

// spoken judges both directions of a call, then ends it.
func spoken(t *testing.T, ctx context.Context, h *handset, b *baresip, mark int, c codecCase, suite string, ours, theirs float64) {
	t.Helper()
	machine := watched(t)
	here, err := h.judged(ctx, theirVoice, c.wide(), theirs)
	for { // the far end listens as long as we may
		sound, rate := b.soFar(t)
		if _, err := best(ourVoice, sound, rate, c.wide(), ours, 0, machine.longest()); err == nil || !another(ctx, window) {
			break
		}
		h.hear(ctx, sentence)
	}
	status, statusErr := h.control().Status(ctx)
	must(t, statusErr)
	call, _ := newestCall(status)
	h.hangUp(ctx)
	b.closed(t, ctx, mark)
	there, thereErr := best(ourVoice, b.heard(t), b.heardRate, c.wide(), ours, 0, machine.longest())
	if call.Media == nil {
		t.Fatalf("no figures of %+v", call)
	}
	s := call.Media
	told("%s %s: heard here %v, at baresip %v; %d late, %d lost, stretched %v, compressed %v, concealed %v, buffer %v", c.name, s.Suite, here, there, s.Late, s.Lost, s.Expanded, s.Accelerated, s.Concealed, s.PlayoutDelay)
	if err != nil {
		t.Errorf("what offhook hears: %v", err)
	}
	if thereErr != nil {
		t.Errorf("what baresip hears: %v", thereErr)
	}
	if s.Suite != suite || !strings.EqualFold(s.Encoding, c.name) {
		t.Errorf("it is %s with %q, want %s with %q", s.Encoding, s.Suite, c.name, suite)
	}
}

// judged listens to sentences until one came well that play-out left alone, and
// returns it; if there is none in time, the last one that came well, or the best.
func (h *handset) judged(ctx context.Context, v mediatest.Speaker, wide bool, alone float64) (most verdict, err error) {
	h.t.Helper()
	before := h.bent(ctx)
	var well *verdict
	for n := 0; ; n++ {
		one, wrong := h.sentence(ctx, v, wide, alone, &before)
		if one.MOS > most.MOS {
			most = one
		}
		switch err = wrong; {
		case wrong == nil && one.Bent <= bent:
			return one, nil
		case wrong == nil:
			well = &one
		}
		if n > 0 && well != nil || !another(ctx, window) {
			break
		}
	}
	if well != nil {
		return *well, nil
	}
	return most, err
}

// sentence hears one and judges it; before is what was bent until now.
func (h *handset) sentence(ctx context.Context, v mediatest.Speaker, wide bool, alone float64, before *time.Duration) (verdict, error) {
	h.t.Helper()
	heard, from := h.hear(ctx, sentence)
	one, err := judge(v, heard, h.rate, wide)
	one.From = from
	after := h.bent(ctx)
	one.Bent, *before = after-*before, after
	if one.Bent > bent {
		one.Pieces, err = pieces(v, heard, h.rate), nil // all of it together may be like nothing
	}
	if err == nil {
		err = one.check(alone, h.louder)
	}
	if err != nil {
		keep(h.t, "here", heard, h.rate)
	}
	return one, err
}

// bent is how much of the newest call's sound play-out has moved or made up.
func (h *handset) bent(ctx context.Context) time.Duration {
	h.t.Helper()
	s, err := h.control().Status(ctx)
	must(h.t, err)
	call, _ := newestCall(s)
	if call.Media == nil {
		return 0
	}
	return call.Media.Expanded + call.Media.Accelerated + call.Media.Concealed
}

// best is the best sentence of all that a far end heard in a call. Of its play-out
// nothing is known but that it had to wait for a processor, and how long.
func best(v mediatest.Speaker, heard media.Frame, rate int, wide bool, alone, louder float64, waited time.Duration) (most verdict, err error) {
	long := samples(sentence, rate)
	err = fmt.Errorf("it has only %v of the call", time.Duration(len(heard))*time.Second/time.Duration(rate))
	for at := samples(settle/2, rate); at+long <= len(heard); at += long {
		var one verdict
		one, err = judge(v, heard[at:at+long], rate, wide)
		if err == nil {
			err = one.check(alone, louder)
		}
		if one.MOS > most.MOS {
			most = one
		}
		if err == nil {
			return one, nil
		}
		if waited > bent {
			one.Bent, one.Pieces = waited, pieces(v, heard[at:at+long], rate)
			if bentErr := one.check(alone, louder); bentErr == nil {
				return one, nil
			}
		}
	}
	return most, err
}

// keep keeps sound for ears, in the folder OFFHOOK_SOUND if that is set.
func keep(t *testing.T, which string, sound media.Frame, rate int) {
	t.Helper()
	if dir := os.Getenv("OFFHOOK_SOUND"); dir != "" {
		must(t, mediatest.SaveWAV(filepath.Join(dir, fmt.Sprintf("%s-%s.wav", strings.NewReplacer("/", "-", " ", "").Replace(t.Name()), which)), sound, rate))
	}
}
