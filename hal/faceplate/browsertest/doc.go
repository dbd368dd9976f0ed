// Package browsertest tries the faceplate's page in a real Chromium:
//
//	go test -tags browser ./hal/faceplate/browsertest
//
// CHROMIUM names the browser ("/usr/bin/chromium" when unset). With
// -screenshots DIR it leaves a picture of every state there.
package browsertest
