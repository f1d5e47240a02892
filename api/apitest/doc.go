// Package apitest is the small city that tests of the API stand in.
//
// The journey of a test: New copies a database that already holds the schema,
// Qinghe city with its streets, communities and grids, its departments and an
// account for every role; the services over it go by one clock, which the test
// sets; As speaks as somebody; the database goes when the test ends.
//
// It imports every slice, so only external test packages (package cases_test)
// may import it.
package apitest
