// Package wire is the format of what the faceplate's panel and its pages say
// to one another; package faceplate describes it.
package wire
