package agent

import (
	"offhook/ua"
	"offhook/ua/dialog"
)

// Reoffer offers a new description in a call, as the media side makes it.
func (a *Agent) Reoffer(id ua.CallID) error { return a.tell(id, dialog.Reoffer{}) }
