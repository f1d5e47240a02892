// Package analysis is what planners ask: who lives out of reach of what.
//
// The journey of a question: it arrives as words (who, which service, how far,
// where) and only listed words are taken; the demand is read from the registry
// once and kept in memory; protect turns the people asked for into groups that
// are large enough to be told, and from there on nothing but groups exists;
// cover measures the straight way from each group to each service and shares
// the capacities; the figures are told by cell, community and grid, all of them
// sums of the same groups. Who may read people's records also gets the list of
// buildings behind the figures. README.md says what this protects and what not.
package analysis
