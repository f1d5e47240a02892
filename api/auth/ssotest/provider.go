// Package ssotest is a real provider of single sign-on (OpenID Connect) for
// tests: a person goes to its page, says who they are, and is sent back.
package ssotest

import (
	"log/slog"
	"net/http"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
)

// ClientID is what the provider knows the server as that asks it.
const ClientID = "onemap"

// User is somebody whom the provider knows.
type User = storage.User

// Staff are those who can sign in, by id.
type Staff map[string]*User

// GetUserByID is part of what the provider asks of its users.
func (s Staff) GetUserByID(id string) *User { return s[id] }

// GetUserByUsername is part of what the provider asks of its users.
func (s Staff) GetUserByUsername(name string) *User {
	for _, u := range s {
		if u.Username == name {
			return u
		}
	}
	return nil
}

// ExampleClientID is part of what the provider asks of its users.
func (s Staff) ExampleClientID() string { return "" }

// Handler answers as the provider at an issuer's address, for a server that proves
// itself by a secret and has people sent back to an address.
func Handler(issuer, secret, back string, users Staff) http.Handler {
	clients := map[string]*storage.Client{ClientID: storage.WebClient(ClientID, secret, back)}
	return exampleop.SetupServer(issuer, storage.NewStorageWithClients(users, clients), slog.New(slog.DiscardHandler), false)
}
