package fanvil_test

import (
	"testing"

	"offhook/provisioning/dialect/dialecttest"
	"offhook/provisioning/dialect/fanvil"
)

func TestPacked(t *testing.T) { dialecttest.Packed(t, fanvil.Dialect()) }
