// Package town makes the demo town 青禾市: invented, and the same for the same
// seed and day to the last digit.
//
// The journey of a town: a plan of avenues on both banks of a river, in
// straight lines and metres -> each field between them split by side streets
// into blocks -> each block gets a use (compounds, school, market, park, ...)
// and is built up -> lamps, trees, bins and benches along the streets,
// services in the houses -> storeys, staircases and rooms in the houses,
// households in the flats, organisations in the shops -> a month of cases with
// the steps each took, and half a year of those that are on record -> and all
// of it bent and turned a little onto the ground, so that the map shows a town
// and not a chessboard.
//
// A large town is first planned: its rectangle is cut into districts and these
// into quarters of about as many people each, arterial roads on the cuts, and
// all regions are drawn, so that borders have the same points from both sides.
// Then each quarter is made as a town is, of itself: it knows of the others only
// what is in the plan, and can be forgotten when it is loaded.
//
// Nothing is real: no place, name, person or event. The package is pure; what
// it makes is loaded by the demo command.
package town
