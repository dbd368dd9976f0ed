// Package digest is Digest access authentication as SIP uses it (RFC 7616,
// RFC 8760, RFC 3261 §22), both sides of it.
//
// A Client keeps the credentials and nonces of one account. Each request gets an
// Exchange, which gives its credential headers and judges the challenges:
//
//	exchange := client.Begin(method, uri, body)
//	for {
//		send the request with exchange.Headers()
//		if the response is 401 or 407 {
//			if err := exchange.Challenged(www, proxy); err == nil { CSeq+1; continue }
//			// err says why for a person: the response is final
//		}
//		exchange.Done(authenticationInfo, proxyAuthenticationInfo, body)
//		break
//	}
//
// A server makes a Challenge, sends its String, and calls Verify on what
// ParseCredentials reads from the answer.
package digest
