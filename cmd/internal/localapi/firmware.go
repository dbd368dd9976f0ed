package localapi

import (
	"context"
	"time"
)

// Firmware is what becomes of another version of the program.
type Firmware struct {
	Phase   string    `json:"phase,omitempty"` // "", downloading, ready, trial, failing
	Slot    string    `json:"slot,omitempty"`  // of the program that runs; "": it is the installed one
	Wanted  string    `json:"wanted,omitempty"`
	Percent int       `json:"percent,omitempty"` // of a download
	Due     time.Time `json:"due,omitzero"`      // of the next step
	Missing string    `json:"missing,omitempty"` // until it is well, on trial
	Error   string    `json:"error,omitempty"`   // why what is wished for is not done
	Failed  string    `json:"failed,omitempty"`  // why the last other version was given up
}

// InstallRequest names a file that the agent can read.
type InstallRequest struct {
	File string `json:"file"`
}

// InstallFirmware puts a signed program on trial.
func (c *Client) InstallFirmware(ctx context.Context, r InstallRequest) error {
	return c.call(ctx, "POST", "/v1/firmware/install", r, nil)
}

// FirmwareBack returns to the version of before.
func (c *Client) FirmwareBack(ctx context.Context) error {
	return c.call(ctx, "POST", "/v1/firmware/back", nil, nil)
}
