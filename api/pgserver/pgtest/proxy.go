package pgtest

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Proxy stands between a test and its database and can be a network at fault.
type Proxy struct {
	URL string // of the database, through the proxy

	mu    sync.Mutex
	flows *sync.Cond
	held  bool              // nothing is passed on
	open  map[*link]bool    // the connections there are
	conns map[net.Conn]bool // their ends
}

// link is a connection; a cut one is open and silent for ever.
type link struct{ cut bool }

// Through gives a proxy to a test's database.
func Through(tb testing.TB, of string) *Proxy {
	tb.Helper()
	c, err := pgx.ParseConfig(of)
	if err != nil {
		tb.Fatal("test database: ", err)
	}
	u, err := url.Parse(of)
	if err != nil {
		tb.Fatal("test database: ", err)
	}
	l, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	q := u.Query()
	q.Del("host")
	q.Del("port")
	q.Set("sslmode", "disable")
	u.RawQuery = q.Encode()
	u.User, u.Host = url.UserPassword(c.User, c.Password), l.Addr().String()
	p := &Proxy{URL: u.String(), open: map[*link]bool{}, conns: map[net.Conn]bool{}}
	p.flows = sync.NewCond(&p.mu)
	network, address := pgconn.NetworkAddress(c.Host, c.Port)
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := (&net.Dialer{}).DialContext(tb.Context(), network, address)
			if err != nil {
				_ = near.Close() // as the database would
				continue
			}
			p.join(near, far)
		}
	}()
	tb.Cleanup(func() {
		_ = l.Close() // ends the loop above
		p.Thaw()
		p.Break()
	})
	return p
}

func (p *Proxy) join(near, far net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	of := &link{}
	p.open[of], p.conns[near], p.conns[far] = true, true, true
	go p.pass(of, near, far)
	go p.pass(of, far, near)
}

// pass hands on what comes from one end to the other while the link flows.
func (p *Proxy) pass(of *link, from, to net.Conn) {
	defer to.Close()
	piece := make([]byte, 32<<10)
	for {
		n, err := from.Read(piece)
		p.mu.Lock()
		for p.held {
			p.flows.Wait()
		}
		cut := of.cut
		p.mu.Unlock()
		if cut {
			_, _ = io.Copy(io.Discard, from) // until its end
			return
		}
		if n > 0 {
			if _, err := to.Write(piece[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// Freeze stops everything that goes through, until Thaw; connections stay open.
func (p *Proxy) Freeze() { p.hold(true) }

// Thaw lets everything go on from where it was.
func (p *Proxy) Thaw() { p.hold(false) }

func (p *Proxy) hold(held bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = held
	p.flows.Broadcast()
}

// Cut makes every connection that is open silent for ever, without ending it; new
// ones work.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for of := range p.open {
		of.cut = true
	}
}

// Break ends every connection that is open, as when the network's devices restart.
func (p *Proxy) Break() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close() // nothing is to be kept
	}
	clear(p.conns)
	clear(p.open)
}
