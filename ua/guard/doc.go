// Package guard decides what is let in: how much from whom, before anything is
// parsed (Gate), and what is well formed enough to be acted on, after
// (CheckRequest, CheckResponse; RFC 3261 §8.2 and §18, RFC 4475).
package guard
