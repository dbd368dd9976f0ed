// Package browsertest tries the administrator's pages in a real Chromium:
//
//	go test -tags browser ./cmd/internal/web/browsertest
//
// CHROMIUM names the browser ("/usr/bin/chromium" when unset). With
// -screenshots DIR it leaves a picture of every section there.
package browsertest
