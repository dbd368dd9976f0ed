package snom

import (
	"testing"

	"offhook/provisioning"
	"offhook/provisioning/dialect/dialecttest"
)

func TestGolden(t *testing.T) {
	dialecttest.Golden(t, Dialect(), provisioning.Device{MAC: "00:15:65:a1:b2:c3", Model: "D785"})
}

func TestTable(t *testing.T) { dialecttest.Table(t, Dialect()) }

func FuzzRead(f *testing.F) { dialecttest.Fuzz(f, Dialect()) }
