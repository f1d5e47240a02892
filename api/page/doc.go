// Package page serves the built pages, and the report page for browsers that
// run no script.
//
// The journey of a page: a request for /q/{code} finds the facility on the
// plate, fills the page's template with what the resident needs to see, and
// sends it whole, so that the first answer can already be read and filled in;
// scripts and styles come from /assets with names that change with their
// content, pressed at build time. A form sent without a script goes through
// the same service as everybody's report, and leads to the same receipt.
package page
