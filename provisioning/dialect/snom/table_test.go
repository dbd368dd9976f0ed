package snom_test

import (
	"testing"

	"offhook/provisioning/dialect/dialecttest"
	"offhook/provisioning/dialect/snom"
)

func TestPacked(t *testing.T) { dialecttest.Packed(t, snom.Dialect()) }
