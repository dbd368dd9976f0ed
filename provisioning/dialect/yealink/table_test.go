package yealink_test

import (
	"testing"

	"offhook/provisioning/dialect/dialecttest"
	"offhook/provisioning/dialect/yealink"
)

func TestPacked(t *testing.T) { dialecttest.Packed(t, yealink.Dialect()) }
