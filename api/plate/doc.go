// Package plate makes the QR plate that is fixed to a public facility.
//
// The journey of a plate: New draws a code of seven random characters and
// one check character -> the register refuses the rare one that is taken ->
// SVG or PNG draws the QR symbol of the facility's address with the code
// beneath, and a Sheet puts many on pages of A4, to be printed -> a resident
// scans it, or types the code, and Parse says which facility it is, or what is
// wrong with what was typed.
//
// The next code cannot be guessed from the last. The package is pure:
// randomness comes in by parameter, and that no two facilities carry the
// same code is for the register's unique constraint to hold.
package plate
