package pgserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is the system user that runs the server. PostgreSQL refuses root.
type account struct {
	name     string
	uid, gid int
	other    bool // not the account that runs this program
}

// chooseAccount keeps to the account that owns the cluster. For a new one it is
// our own, or under root: postgres, which the Debian package makes, else nobody.
func (h home) chooseAccount() (account, error) {
	self := os.Getuid()
	uid, made := uidOf(h.cluster())
	if self != 0 {
		if made && uid != self {
			return account{}, fmt.Errorf("the database in %s belongs to another account (uid %d); start as that account or as root", h.cluster(), uid)
		}
		return lookup(strconv.Itoa(self))
	}
	if made && uid != 0 {
		return lookup(strconv.Itoa(uid))
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		return lookup(u.Uid)
	}
	return account{}, errors.New("PostgreSQL does not run as root, and there is neither an account postgres nor nobody to run it")
}

func lookup(id string) (account, error) {
	u, err := user.LookupId(id)
	if err != nil {
		return account{}, fmt.Errorf("PostgreSQL needs its account to have a name: %w", err)
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2); err != nil {
		return account{}, err
	}
	return account{name: u.Username, uid: uid, gid: gid, other: uid != os.Getuid()}, nil
}

// attributes start a process as the account, which gets the signal when this
// program dies. Go asks for that signal after it has changed the user, so the
// change does not clear it.
func (a account) attributes(death syscall.Signal) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setsid: true, Pdeathsig: death}
	if a.other {
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid), Groups: []uint32{uint32(a.gid)}}
	}
	return attr
}

// reaches tries rather than reads permission bits, so access lists and
// security modules have their say.
func (a account) reaches(ctx context.Context, dir string) bool {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", ":")
	cmd.Dir = dir // entered after the change of user
	cmd.SysProcAttr = a.attributes(syscall.SIGKILL)
	return cmd.Run() == nil
}

// own gives a file or folder to the account.
func (a account) own(path string) error {
	if !a.other {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}
