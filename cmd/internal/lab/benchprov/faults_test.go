package benchprov

import (
	"context"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"offhook/provisioning"
	"offhook/provisioning/store/storetest"
)

// A disk that takes nothing any more: nothing new is tried, it is said why, and
// it comes when the disk is well again.
func TestPhone_on_a_disk_that_is_full_or_broken(t *testing.T) {
	for _, c := range []struct {
		err     error
		reading bool
	}{{syscall.ENOSPC, false}, {syscall.EROFS, false}, {syscall.EIO, false}, {syscall.EIO, true}, {fs.ErrPermission, true}} {
		t.Run(c.err.Error(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				disk := &storetest.Broken{Disk: storetest.NewPaper(-1)}
				p := worksWith(t, disk, "A")
				disk.Break(c.err, c.reading)
				p.serve("B")
				<-time.After(time.Second)
				s := p.Status()
				if p.Document().Phone.Name != "A" || !strings.Contains(s.StoreError, c.err.Error()) || !strings.Contains(s.StoreError, "neither full nor read-only") {
					t.Errorf("works with %s: %s", p.Document().Phone.Name, s.StoreError)
				}
				if err := p.SetUser(context.Background(), "phone.language", "de"); err == nil || p.Document().Phone.Language != "en" {
					t.Errorf("the user's setting: %v", err)
				}
				disk.Break(nil, false)
				<-time.After(time.Second)
				if s := p.Status(); p.Document().Phone.Name != "B" || s.StoreError != "" || !s.OnTrial.IsZero() {
					t.Errorf("when it is well again: %+v", s)
				}
			})
		})
	}
}

// A phone that is started on such a disk works with what it can read.
func TestPhone_started_on_a_broken_disk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &storetest.Broken{Disk: storetest.NewPaper(-1)}
		worksWith(t, disk, "A").end()
		disk.Break(syscall.EROFS, false)
		p := started(t, disk, "B")
		if first, _ := p.first(); first.Phone.Name != "A" || p.Document().Phone.Name != "A" {
			t.Errorf("read-only: it started with %s and works with %s", first.Phone.Name, p.Document().Phone.Name)
		}
		p.end()
		disk.Break(syscall.EIO, true) // not even reading: what the server has is all there is
		p = started(t, disk, "B")
		if p.Document().Phone.Name != "B" || p.Status().State != provisioning.Provisioned || !strings.Contains(p.Status().StoreError, syscall.EIO.Error()) {
			t.Errorf("unreadable: %+v", p.Status())
		}
	})
}

func worksWith(t *testing.T, disk *storetest.Broken, name string) *phone {
	t.Helper()
	p := started(t, disk, name)
	if p.Document().Phone.Name != name {
		t.Fatalf("it works with %s", p.Document().Phone.Name)
	}
	return p
}

func started(t *testing.T, disk *storetest.Broken, served string) *phone {
	t.Helper()
	p, err := start(disk, "state", served, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.end)
	<-time.After(time.Second)
	return p
}
