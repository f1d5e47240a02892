package boot

import (
	"context"
	"fmt"
	"net"
)

// RefuseDemo keeps a server from opening the demo's accounts, whose password
// everybody knows, to whoever can reach it, unless that is what is wanted.
func (w *World) RefuseDemo(ctx context.Context, at net.Addr, allowed bool) error {
	if tcp, ok := at.(*net.TCPAddr); ok && tcp.IP.IsLoopback() || allowed {
		return nil
	}
	held := w.Config.Demo
	if !held {
		accounts, err := w.Auth.DemoAccounts(ctx)
		if err != nil {
			return err
		}
		held = len(accounts) > 0
	}
	if !held {
		return nil
	}
	return fmt.Errorf("the data folder %s is a demo town's: its accounts have a password that everybody knows, and %s can be reached from elsewhere; "+
		"listen on 127.0.0.1, use another data folder for a real city, or say --allow-demo if everybody who reaches this address may sign in", w.Config.Data, at)
}
