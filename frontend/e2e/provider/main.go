// Command provider is a real provider of single sign-on (OpenID Connect) for
// the browser tests: somebody goes to its page, says who they are, and is sent
// back. Those it knows are named when it starts; the password of all of them is
// given beside them. It ends when its input does, so that none outlives a test.
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"onemap/api/auth/ssotest"
)

func main() {
	port := flag.String("port", "", "where it listens, on this machine alone")
	back := flag.String("back", "", "the address that it sends a person back to")
	secret := flag.String("secret", "", "what the server that asks proves itself by")
	password := flag.String("password", "", "of everybody")
	flag.Parse()
	if err := serve(*port, *back, *secret, *password, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "provider:", err)
		os.Exit(1)
	}
}

func serve(port, back, secret, password string, logins []string) error {
	users := ssotest.Staff{}
	for _, login := range logins {
		users[login] = &ssotest.User{ID: login, Username: login, Password: password}
	}
	issuer := "http://localhost:" + port
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return err
	}
	s := &http.Server{
		Handler:           ssotest.Handler(issuer, secret, back, users),
		ReadHeaderTimeout: 10 * time.Second,
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println("provider: listening on " + issuer)
	return s.Serve(l)
}
