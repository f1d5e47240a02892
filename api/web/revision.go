package web

import (
	"strconv"
	"strings"

	"onemap/api/fault"
)

// ETag is a revision of an object as a header says it.
func ETag(rev int64) string { return strconv.Quote(strconv.FormatInt(rev, 10)) }

// Revision reads the revision that a writer saw from If-Match; what is the
// object in the codes of faults.
func Revision(ifMatch, what string) (int64, error) {
	if ifMatch == "" {
		return 0, fault.Newf(fault.Precondition, what+".if_match", "Say in If-Match which revision of the %s you saw.", what)
	}
	rev, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(ifMatch, "W/"), `"`), 10, 64)
	if err != nil {
		return 0, fault.Newf(fault.Stale, what+".conflict", "If-Match is no ETag of this %s.", what)
	}
	return rev, nil
}

// Changed is the answer to a writer who saw an older revision.
func Changed(what string) error {
	return fault.Newf(fault.Stale, what+".conflict", "Somebody else has changed this %s; look at it again.", what)
}
