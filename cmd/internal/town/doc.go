// Package town makes the demo town 青禾市: invented, and the same for the
// same seed to the last digit.
//
// The journey of a town: a plan of avenues on both banks of a river, in
// straight lines and metres -> each field between them split by side streets
// into blocks -> each block gets a use (compounds, school, market, park, ...)
// and is built up -> lamps, trees, bins and benches along the streets,
// services in the houses -> a month of cases with the steps each took -> and
// all of it bent and turned a little onto the ground, so that the map shows a
// town and not a chessboard.
//
// Nothing is real: no place, name, person or event. The package is pure; what
// it makes is loaded by the demo command.
package town
