package grandstream_test

import (
	"testing"

	"offhook/provisioning/dialect/dialecttest"
	"offhook/provisioning/dialect/grandstream"
)

func TestPacked(t *testing.T) { dialecttest.Packed(t, grandstream.Dialect()) }
