package main

import (
	"io"
	"os"

	"offhook/hal/alsa"
	"offhook/hal/gpio"
	"offhook/hal/panel"
	"offhook/hal/probe"
)

// lookAround sees what is on this machine.
func lookAround(scan func(int) ([]int, error)) probe.Inventory {
	return probe.Read(probe.Config{Root: os.DirFS("/"), Lines: gpio.Survey, Cards: alsa.Survey, Scan: scan})
}

func probeMachine(out io.Writer, scan, asJSON bool) error {
	var ask func(int) ([]int, error)
	if scan {
		ask = panel.Answering
	}
	machine := lookAround(ask)
	if asJSON {
		return printJSON(out, machine)
	}
	_, err := io.WriteString(out, machine.Draft())
	return err
}
