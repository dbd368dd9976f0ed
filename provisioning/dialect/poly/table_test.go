package poly_test

import (
	"testing"

	"offhook/provisioning/dialect/dialecttest"
	"offhook/provisioning/dialect/poly"
)

func TestPacked(t *testing.T) { dialecttest.Packed(t, poly.Dialect()) }
