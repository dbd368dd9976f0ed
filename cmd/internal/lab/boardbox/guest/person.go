package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"offhook/hal"
	"offhook/hal/alsa"
)

// person hears what the telephone plays and speaks into its microphone: the other
// side of the sound card's loop.
type person struct {
	card hal.AudioIO
	log  *slog.Logger

	mu    sync.Mutex
	heard []int16 // nil while nobody wants to know
	want  int
	done  chan []int16
	say   []int16
}

// newPerson sits down at the second device of the loop.
func newPerson(ctx context.Context, log *slog.Logger) (*person, error) {
	driver := alsa.Drivers().Audio["alsa-pcm"]
	var card hal.AudioIO
	err := await(func() (err error) {
		card, err = driver.Open(ctx, hal.Params{"card": "Loopback", "device": 1, "sample-rate": 16000, "period-ms": 20, "periods": 8}, log)
		return err
	})
	if err != nil {
		return nil, err
	}
	p := &person{card: card, log: log}
	go p.live()
	return p, nil
}

func (p *person) live() {
	period := make([]int16, p.card.Format().Period)
	for {
		if err := p.card.ReadPeriod(period); err != nil {
			p.log.Error("the ear is deaf", "error", err)
			time.Sleep(time.Second)
			continue
		}
		p.step(period)
		if err := p.card.WritePeriod(period); err != nil {
			p.log.Error("the mouth is dumb", "error", err)
		}
	}
}

// step hears a period, and replaces it by what is said.
func (p *person) step(period []int16) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done != nil {
		p.heard = append(p.heard, period...)
		if len(p.heard) >= p.want {
			p.done <- p.heard // one slot
			p.done = nil
		}
	}
	n := copy(period, p.say)
	clear(period[n:])
	p.say = p.say[n:]
}

// converse says something and returns what is heard meanwhile and until d is over.
func (p *person) converse(say []int16, d time.Duration) []int16 {
	done := make(chan []int16, 1)
	p.mu.Lock()
	p.say, p.heard, p.done = say, nil, done
	p.want = int(d * 16000 / time.Second)
	p.mu.Unlock()
	return <-done
}
