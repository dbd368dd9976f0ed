package cisco_test

import (
	"testing"

	"offhook/provisioning/dialect/cisco"
	"offhook/provisioning/dialect/dialecttest"
)

func TestPacked(t *testing.T) { dialecttest.Packed(t, cisco.Dialect()) }
