package agent

import (
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"offhook/ua"
	"offhook/ua/wire"
)

// checkAccounts refuses what could not work, or could write into a message
// what is not meant to be there.
func checkAccounts(accounts []ua.Account, roots *x509.CertPool) error {
	seen := map[ua.AccountID]bool{}
	for _, account := range accounts {
		if seen[account.ID] {
			return fmt.Errorf("ua: account %q is there twice", account.ID)
		}
		seen[account.ID] = true
		if err := checkAccount(account, roots); err != nil {
			return fmt.Errorf("ua: account %q: %w", account.ID, err)
		}
	}
	return nil
}

func checkAccount(account ua.Account, roots *x509.CertPool) error {
	for _, field := range []struct{ name, text string }{
		{"user", account.User}, {"domain", account.Domain}, {"display name", account.DisplayName},
		{"auth user", account.AuthUser}, {"registrar", account.Registrar}, {"proxy", account.Proxy}, {"second proxy", account.SecondProxy},
		{"TLS server name", account.TLS.ServerName},
	} {
		if hasControl(field.text) {
			return fmt.Errorf("the %s has a control character", field.name)
		}
	}
	if account.User == "" {
		return fmt.Errorf("the user is missing")
	}
	if account.Domain == "" {
		return fmt.Errorf("the domain is missing")
	}
	if _, _, err := splitServer(account.Domain); err != nil {
		return fmt.Errorf("%q is not host or host:port", account.Domain)
	}
	for _, host := range []string{account.Registrar, account.Proxy, account.SecondProxy} {
		if host == "" {
			continue
		}
		if _, err := serverList(host, account.Transport); err != nil {
			return err
		}
	}
	if err := checkSubscriptions(account); err != nil {
		return err
	}
	if err := checkDealings(account); err != nil {
		return err
	}
	if account.Transport == ua.Auto && !hasServer(account) {
		return fmt.Errorf("without a server the transport has to be udp, tcp or tls")
	}
	switch account.Transport {
	case ua.UDP, ua.TCP:
	case ua.TLS, ua.Auto:
		if _, err := tlsConfig(account.TLS, "server", roots, time.Now); err != nil {
			return err
		}
	default:
		return fmt.Errorf("the transport is %q, not udp, tcp, tls or auto", account.Transport)
	}
	return nil
}

// splitServer reads host[:port]; a bare IPv6 address is fine too.
func splitServer(text string) (string, uint16, error) {
	if strings.Count(text, ":") > 1 && !strings.HasPrefix(text, "[") {
		text = "[" + text + "]"
	}
	return wire.SplitHostPort(text)
}

// hasServer reports whether the account's requests go to a server of its own.
func hasServer(account ua.Account) bool {
	return account.Register || account.Registrar != "" || account.Proxy != ""
}

// serverList reads host[:port] and more of them after commas, best first.
func serverList(text string, transport ua.Transport) ([]Query, error) {
	var out []Query
	for one := range strings.SplitSeq(text, ",") {
		one = strings.TrimSpace(one)
		host, port, err := splitServer(one)
		if err != nil || host == "" {
			return nil, fmt.Errorf("%q is not host or host:port", one)
		}
		query := Query{Host: host, Port: port, Transport: transport, Secure: transport == ua.TLS}
		if transport == ua.Auto {
			query.Transport = "" // any
		}
		out = append(out, query)
	}
	return out, nil
}

// servers are where the account's requests go, the first as long as it serves.
func servers(account ua.Account) []Query {
	text := account.Domain
	if account.Registrar != "" {
		text = account.Registrar
	}
	if account.Proxy != "" {
		text = account.Proxy
	}
	out, _ := serverList(text, account.Transport) // was checked by SetAccounts
	return out
}

// secondServers are where the account's second flow goes.
func secondServers(account ua.Account) []Query {
	out, _ := serverList(account.SecondProxy, account.Transport)
	return out
}
