// Package organisation is who works in the city: companies, shops, offices,
// schools, associations.
//
// The journey of an organisation: a file's row or a registrar's form is checked
// (Check; the 18-character code of GB 32100); Find says which one it is, by that
// code, by name and address, or by the same name within 100 m; Import places it,
// in its building where that is known and at its own point elsewhere, finds the
// grid of that point and merges it. The list and the map show it. When regions
// are redrawn, Move follows.
package organisation
