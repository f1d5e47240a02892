// Package ewkb carries geometries between PostGIS and Go as EWKB bytes.
//
// The journey of a geometry out of the database: the bytes are first walked
// through once without allocating anything (check): every count must fit what
// is left, nesting is bounded, nothing may follow. Only then are they decoded, to
// orb (two dimensions; what the program works with) or to go-geom (where Z, M or
// nothing lost matters). Bad bytes give an error, never a panic, and cost no more
// memory than their own length suggests.
//
// Order is lon, lat as in PostGIS. The bytes say the SRID; 0 is "not said".
package ewkb
