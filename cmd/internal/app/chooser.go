package app

import (
	"cmp"
	"context"

	"offhook/cmd/internal/phone"
	"offhook/provisioning"
)

// chooser has settings stored that the user makes at the telephone, away from the
// phone's goroutine: a disk may be slow.
type chooser struct {
	wanted chan phone.SetUser
	set    func(ctx context.Context, path, value string) error
	tell   func(context.Context, phone.Input)
}

func newChooser() *chooser { return &chooser{wanted: make(chan phone.SetUser, 8)} }

// want never blocks: who presses faster than a disk writes presses again.
func (c *chooser) want(e phone.SetUser) {
	select {
	case c.wanted <- e:
	default:
	}
}

func (c *chooser) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-c.wanted:
			if err := c.set(ctx, e.Path, e.Value); err != nil && ctx.Err() == nil {
				c.tell(ctx, phone.SettingRefused{Path: e.Path, Cause: err.Error()})
			}
		}
	}
}

// keptFromUser are settings of the telephone's menu that the document keeps.
func keptFromUser(doc provisioning.Document) (locked []string) {
	for _, path := range phone.UserPaths() {
		if !doc.UserMay(path) {
			locked = append(locked, path)
		}
	}
	return locked
}

// described is what the telephone tells of itself.
func (a *App) described() phone.Device {
	return phone.Device{Model: cmp.Or(a.cfg.Board.Model, a.cfg.Board.Name), Version: a.cfg.Version, MAC: a.device.MAC, Dims: a.desk.display.easel != nil}
}
