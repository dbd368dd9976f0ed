// Package web is the administrator's pages of a telephone: one page behind a
// password, and the JSON under /api/ that it is made of, which says what
// localapi says on the unix socket. It changes nothing that the files and the
// command line could not: who may log in may use the telephone.
//
// The page's files are in page/. What is served are the compressed copies in
// packed/, made anew by
//
//	go generate ./cmd/internal/web
package web

//go:generate go test -run Packed . -update
