package benchvoice

import (
	"context"

	"offhook/cmd/internal/lab/benchinsn"
)

// counted are the stages of benchinsn by the names of figures.
var counted = map[string]string{"ours_armv6_insns": "echo_16k_200ms", "ours_denoise_armv6_insns": "denoise_16k", "ours_agc_armv6_insns": "agc_16k",
	"ours_call_armv6_insns": benchinsn.HandsFreeCall}

// instructions counts ours for ARMv6, where that can be done.
func (b *bench) instructions(ctx context.Context) (map[string]any, error) {
	cfg := benchinsn.Config{Progress: b.cfg.Progress}
	for _, stage := range counted {
		cfg.Stages = append(cfg.Stages, stage)
	}
	f, err := benchinsn.Run(ctx, cfg)
	if err != nil {
		return nil, err
	}
	keys, all := f.Keys(), map[string]any{"ours_call_percent": f.Percent(benchinsn.HandsFreeCall)}
	for name, stage := range counted {
		all[name] = keys["armv6_insns_"+stage]
	}
	return all, nil
}
