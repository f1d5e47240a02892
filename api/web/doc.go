// Package web is the door: everything HTTP that is not about a noun.
//
// The journey of a request: it gets an id, is measured and logged by route
// pattern (never with its query, which may name people), is refused when too
// large, too slow (Patience), too frequent or sent by another site's page; the actor behind its
// cookie or key is put into its context, and the audit entry that it may leave
// (api/audit); the slice's handler answers or fails;
// a fault becomes an RFC 9457 problem here and nowhere else. Operations are
// registered through Add, so that the OpenAPI document is made from the code
// that answers. Each names its rule of sight (Sight): to whom what it is about
// exists; a program with an operation without one does not start.
package web
