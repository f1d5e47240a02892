// Package crs turns what a sender says about a place into WGS84, and back.
//
// The journey of a coordinate: two numbers and a name arrive at the door
// ([ParseName]), [Name.WGS84] checks them and turns them into a [WGS84], and
// from there on every layer of the program holds a WGS84 and nothing else. On
// the way out (a map that draws on AMap or Baidu tiles) a WGS84 becomes a
// [GCJ02], [BD09] or [WebMercator] again.
//
// Each datum is a type of its own, so that a GCJ-02 pair cannot be stored as if
// it were WGS84: the two differ by 300 to 700 m in China. Order is always lon,
// lat (x, y); degrees, except for WebMercator, which is metres.
//
// The journey of a set whose datum may be another than it is said to be: [Likely]
// compares every reading of it with what is known where it would lie, and names
// the likely one with the shift; it never decides.
//
// GCJ-02 and BD-09 have no published definition. The formulas here are the ones
// every open library uses (eviltransform, gcoord, coordtransform), checked
// against values of gcoord.
package crs
