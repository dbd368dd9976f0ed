package dialect

// Parts are what several parameters of a file make together. A Rule's To names
// them; N is the number of an account or a key.
//
//	accounts[N].@enable          whether the account is used
//	accounts[N].@domain          host part of the address-of-record, where it is not the server's
//	accounts[N].@aor             user@host
//	accounts[N].@server[K].host  host, host:port or sip:host:port;transport=tls; K from 1, best first
//	accounts[N].@server[K].port  0: found by DNS
//	accounts[N].@server[K].transport
//	accounts[N].@proxy           whether the proxies are used
//	accounts[N].@proxy[K].host   likewise
//	accounts[N].@proxy[K].port
//	accounts[N].@proxy[K].transport
//	accounts[N].@codec[K].name   as CodecName gives it
//	accounts[N].@codec[K].enable
//	accounts[N].@codec[K].priority   1 is best; else K counts
//	accounts[N].@keep-alive      false: keep-alive is 0s
//	accounts[N].@session         false: session-expires is 0s
//	keys[N].@type                a type of the document's keys, or "!" and why there is none
//	keys[N].@value, @label       as in the document
//	keys[N].@account             number of an account; 0: the first
//	@url.server, @url.protocol, @url.path, @url.file   together provisioning.url
//	@zone.name, @zone.offset     name of a zone; hours from UTC ("+1", "-3:30")
//	@action.EVENT                address that is asked at one of the document's events; @action.on false: none is
//	accounts[N].stun@port, turn@port, log.server@port   ports of the servers that another parameter names
//	@rtp.low, @rtp.high, @rtp.count   ports for sound: the ends, or the first and how many
//	PATH@on                      false: what other parameters say of PATH does not count
//	PATH@[K]                     an entry of PATH, or several of them, in the order of K
//
// "accounts[*]" in place of a number is every account that has no such part.
