// Package oversight shows the audit log to those who watch over others.
//
// The journey of a question: an auditor or an administrator asks who did what;
// entries of their own jurisdiction come back, the newest first, as a page or as
// a file (that a file went out is an entry itself). Verification runs in the
// background and says how far it is; what the last one found is in the log.
package oversight
