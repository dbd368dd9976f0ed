package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"slices"
	"time"

	"offhook/cmd/internal/lab/benchbeat"
	"offhook/cmd/internal/lab/benchinsn"
	"offhook/cmd/internal/lab/benchmedia"
	"offhook/cmd/internal/lab/benchpeers"
)

// benchPart is one of the measurements that make up bench-media.
type benchPart struct {
	name    string
	measure func(context.Context) (any, error) // figures that are one JSON object
}

// benchMedia measures the audio path; its last line is one JSON object with
// the figures of all parts.
func benchMedia(ctx context.Context, t terminal, args []string) error {
	buffer := benchmedia.Config{Seeds: benchmedia.HeldOut(), Log: t.out}
	beat := benchbeat.Config{Progress: t.err}
	peers := benchpeers.Config{Progress: t.err}
	fs := flag.NewFlagSet("offhook-lab bench-media", flag.ContinueOnError)
	only := fs.String("parts", "buffer,beat,peers,insns", "`NAMES` of what is measured, with commas")
	tuning := fs.Bool("tuning", false, "play the traces to tune with, not those that are held out")
	fs.BoolVar(&buffer.Peers, "peers", true, "play to baresip and to the engine in real time, too: a minute")
	fs.StringVar(&buffer.Traces, "traces", "", "`FOLDER` of recorded networks to play as well (docs/benchmarks.md tells the formats)")
	fs.StringVar(&buffer.Speech, "speech", "", "`FILE.wav` of 4 s of speech or more, to judge concealment by; speakers of our own when empty")
	fs.StringVar(&buffer.Plots, "plots", "", "`FOLDER` for pictures (SVG); none when empty")
	fs.DurationVar(&beat.Time, "time", 20*time.Second, "how `LONG` the beat is measured in each structure")
	fs.DurationVar(&peers.Time, "call", 10*time.Second, "how `LONG` a call beside other telephones is")
	fs.IntVar(&peers.Rounds, "rounds", 3, "how `OFTEN` calls beside other telephones are measured")
	fs.StringVar(&peers.Offhook, "offhook", beside("offhook"), "`FILE` of the agent's program")
	if err := parse(fs, t, args); err != nil {
		return err
	}
	if *tuning {
		buffer.Seeds = benchmedia.Tuning()
	}
	parts := []benchPart{
		{"buffer", func(ctx context.Context) (any, error) { return benchmedia.Measure(ctx, buffer) }},
		{"beat", func(ctx context.Context) (any, error) { return benchbeat.Run(ctx, beat) }},
		{"peers", func(ctx context.Context) (any, error) { return measurePeers(ctx, t, peers) }},
		{"insns", func(ctx context.Context) (any, error) { return countInsns(ctx, t) }},
	}
	return measureParts(ctx, t, parts, list(*only))
}

// measureParts measures the parts that are named, one after the other, and
// prints what they found as one object.
func measureParts(ctx context.Context, t terminal, parts []benchPart, names []string) error {
	for _, name := range names {
		if !slices.ContainsFunc(parts, func(p benchPart) bool { return p.name == name }) {
			fmt.Fprintf(t.err, "--parts: %q is not measured: buffer, beat, peers and insns are\n", name)
			return errUsage
		}
	}
	all := map[string]json.RawMessage{}
	for _, part := range parts {
		if !slices.Contains(names, part.name) {
			continue
		}
		figures, err := part.measure(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		found, err := keys(figures)
		if err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		maps.Copy(all, found)
	}
	return json.NewEncoder(t.out).Encode(all)
}

func keys(figures any) (map[string]json.RawMessage, error) {
	text, err := json.Marshal(figures)
	if err != nil {
		return nil, err
	}
	var found map[string]json.RawMessage
	return found, json.Unmarshal(text, &found)
}

func measurePeers(ctx context.Context, t terminal, cfg benchpeers.Config) (any, error) {
	figures, err := benchpeers.Run(ctx, cfg)
	if err != nil {
		return nil, err
	}
	figures.Table(t.out)
	return figures, nil
}

func countInsns(ctx context.Context, t terminal) (any, error) {
	figures, err := benchinsn.Run(ctx, benchinsn.Config{Progress: t.err})
	if err != nil {
		return nil, err
	}
	return figures, figures.Table(t.out)
}
