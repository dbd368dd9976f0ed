package native

import (
	"strings"
	"testing"
)

func TestOutward_faults(t *testing.T) {
	for _, c := range []struct{ arrow, text, want string }{
		{"a short token to read -> told", "provisioning: {push: {listen: 8443, certificate: $me, read-token: short}}\ntls: {identities: [{name: me}]}", "push.read-token: is shorter"},
		{"who reads could write -> told", "provisioning: {push: {listen: 8443, certificate: $me, token: 0123456789abcdef, read-token: 0123456789abcdef}}\ntls: {identities: [{name: me}]}", "push.read-token: is the token"},
		{"nobody may come -> told", "provisioning: {push: {listen: 8443, certificate: $me}}\ntls: {identities: [{name: me}]}", "lets nobody in"},
		{"no certificate -> told", "provisioning: {push: {listen: 8443, token: 0123456789abcdef}}", "who pushes has to know the phone"},
		{"a short token -> told", "provisioning: {push: {listen: 8443, token: s3cret}}", "can be guessed"},
		{"no such identity -> told", "provisioning: {push: {listen: 8443, certificate: $me, token: 0123456789abcdef}}", `there is no identity "me"`},
		{"no such authority -> told", "provisioning: {push: {clients: $op}}", `there is no authority "op"`},
		{"nowhere to listen -> told", "provisioning: {push: {listen: phone}}", "is no place to listen"},
		{"no events -> told", "actions: [{url: 'https://h/x'}]", "name the events"},
		{"an unknown event -> told", "actions: [{on: [boom], url: 'https://h/x'}]", `"boom" is not an event`},
		{"an unknown field -> told", "actions: [{on: [started], url: 'https://h/{pin}'}]", "{pin} is not known"},
		{"a caller chooses the server -> told", "actions: [{on: [started], url: 'https://{remote}/x'}]", "must not choose the server"},
		{"a password in the address -> told", "actions: [{on: [started], url: 'https://a:b@h/x'}]", "user name or password"},
		{"no web server -> told", "actions: [{on: [started], url: 'ftp://h/x'}]", "not a web server's address"},
		{"pages without a password -> told", "web: {listen: 443, certificate: $me}\ntls: {identities: [{name: me}]}", "web.password: is missing"},
		{"pages with a short one -> told", "web: {listen: 443, certificate: $me, password: secret}\ntls: {identities: [{name: me}]}", "can be guessed"},
		{"pages without a certificate -> told", "web: {listen: 443, password: long-enough}", "browsers have to know the phone"},
		{"pages of nobody -> told", "web: {listen: 443, certificate: $you, password: long-enough}", `there is no identity "you"`},
		{"pages where servers push -> told", "web: {listen: 8443}\nprovisioning: {push: {listen: 8443}}", "give them a port each"},
		{"a window that is none -> told", "firmware: {window: night}", "02:00-05:00"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			_, err := Parse([]byte("offhook: 1\n"+c.text), "x.yaml")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q in it", err, c.want)
			}
		})
	}
}
