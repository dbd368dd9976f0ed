package digest

// Exchange is one request with its repetitions after challenges.
type Exchange struct {
	client  *Client
	method  string
	uri     string
	body    []byte
	fresh   []answered
	sent    []sent // the last time
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
	e.sent = e.sent[:0]
	for _, s := range e.client.spaces {
		credentials := e.client.authorize(s, e.method, e.uri, e.body)
		e.sent = append(e.sent, sent{s, credentials})
		headers = append(headers, s.header(credentials))
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

// answer picks, for each realm, the strongest challenge that is supported: the
// policy that RFC 8760 §2.4 leaves to us, or whoever can put a challenge before
// the server's would choose. Of equal ones the server's first counts.
func (e *Exchange) answer(proxy bool, values []string) (int, error) {
	var picked []Challenge
	weak := false
	for _, value := range values {
		challenges, err := ParseChallenges(value)
		if err != nil {
			continue // another scheme
		}
		for _, c := range challenges {
			switch {
			case !c.Supported():
			case e.client.refuses(c):
				weak = true
			default:
				picked = pick(picked, c)
			}
		}
	}
	if weak && len(picked) == 0 {
		return 0, ErrWeak
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

// pick adds a challenge, or puts it in the place of a weaker one of its realm.
func pick(picked []Challenge, c Challenge) []Challenge {
	for i, have := range picked {
		if have.Realm == c.Realm {
			if c.stronger(have) {
				picked[i] = c
			}
			return picked
		}
	}
	return append(picked, c)
}
