package digest

// Exchange is one request with its repetitions after challenges.
type Exchange struct {
	client  *Client
	method  string
	uri     string
	body    []byte
	fresh   []answered
	repeats int
}

type answered struct {
	proxy bool
	realm string
}

// maxRepeats bounds the repetitions of one request, whatever the server says.
const maxRepeats = 5

// Headers are the credentials to send now: those of every realm that has asked
// so far, so that a request is not challenged again (RFC 3261 §22.2). None when
// nobody has asked yet. Each call counts the nonces up.
func (e *Exchange) Headers() []Header {
	var headers []Header
	for _, s := range e.client.spaces {
		headers = append(headers, e.client.authorize(s, e.method, e.uri, e.body))
	}
	return headers
}

// Challenged takes the WWW-Authenticate and Proxy-Authenticate values of a 401
// or 407, in the order of the message. Without an error the request is to be
// sent again with new Headers. A *RefusedError means a wrong password; old
// credentials on an old nonce are never held against it.
func (e *Exchange) Challenged(www, proxy []string) error {
	if e.repeats++; e.repeats > maxRepeats {
		return &RefusedError{User: e.client.user}
	}
	answers, err := e.answer(false, www)
	if err != nil {
		return err
	}
	more, err := e.answer(true, proxy)
	if err != nil {
		return err
	}
	if answers+more == 0 {
		return ErrUnsupported
	}
	return nil
}

// answer picks, for each realm, the first challenge that is supported
// (RFC 8760 §2.4).
func (e *Exchange) answer(proxy bool, values []string) (int, error) {
	var picked []Challenge
	for _, value := range values {
		challenges, err := ParseChallenges(value)
		if err != nil {
			continue // another scheme
		}
		for _, c := range challenges {
			if c.Supported() && !hasRealm(picked, c.Realm) {
				picked = append(picked, c)
			}
		}
	}
	for _, c := range picked {
		who := answered{proxy, c.Realm}
		if e.answeredBefore(who) && !c.Stale {
			e.client.forget(proxy, c.Realm) // and not be counted a failure twice
			return 0, &RefusedError{User: e.client.user, Realm: c.Realm}
		}
		e.fresh = append(e.fresh, who)
		e.client.learn(proxy, c)
	}
	return len(picked), nil
}

func (e *Exchange) answeredBefore(who answered) bool {
	for _, a := range e.fresh {
		if a == who {
			return true
		}
	}
	return false
}

func hasRealm(challenges []Challenge, realm string) bool {
	for _, c := range challenges {
		if c.Realm == realm {
			return true
		}
	}
	return false
}

// Done takes the Authentication-Info and Proxy-Authentication-Info values of the
// final response, "" when there are none.
func (e *Exchange) Done(info, proxyInfo string) {
	e.client.nextNonce(false, info)
	e.client.nextNonce(true, proxyInfo)
}
