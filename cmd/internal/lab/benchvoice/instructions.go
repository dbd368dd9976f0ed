package benchvoice

import (
	"context"

	"offhook/cmd/internal/lab/benchinsn"
)

// counted are the stages of benchinsn by the names of figures.
var counted = map[string]string{"ours_armv6_insns": "echo_16k_200ms", "ours_denoise_armv6_insns": "denoise_16k", "ours_agc_armv6_insns": "agc_16k"}

// instructions counts ours for ARMv6, where that can be done.
func (b *bench) instructions(ctx context.Context) (map[string]*int, error) {
	cfg := benchinsn.Config{Progress: b.cfg.Progress}
	for _, stage := range counted {
		cfg.Stages = append(cfg.Stages, stage)
	}
	f, err := benchinsn.Run(ctx, cfg)
	if err != nil {
		return nil, err
	}
	keys, all := f.Keys(), map[string]*int{}
	for name, stage := range counted {
		all[name] = keys["armv6_insns_"+stage]
	}
	return all, nil
}
