package agent

import (
	"testing"
	"time"

	"offhook/ua"
)

func TestTLS_clock_that_is_not_set(t *testing.T) {
	for _, c := range []struct {
		arrow string
		floor time.Time
		want  ua.RegistrationState
	}{
		{"1970, program of today -> registered", time.Now(), ua.Registered},
		{"1970, program of no day -> certificate not valid yet", time.Time{}, ua.RegistrationFailed},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			o := newOffice(t, nil)
			p := newPhone(t, func(config *Config) {
				config.Locate, config.Floor, config.Now = lookup, c.floor, func() time.Time { return time.Unix(100, 0) }
			})
			p.must(p.agent.SetAccounts([]ua.Account{o.account("1001", ua.TLS)}))
			p.awaitState(c.want)
		})
	}
}
