// Package grid holds the regions of a city and says which one a place lies in.
//
// The journey of a place: it is put on the lattice of 1e-7 degrees (about a
// centimetre), and a table of the borders that cross each small square of the
// land names the one grid that owns it, exactly (package crossing;
// [Index.Locate]). Where there is no grid the deepest region that holds the place
// answers, then the nearest city within 5 km, then nobody.
//
// The journey of a region: its polygon is read and checked ([CheckRings]), cut
// into cells of about a size ([Cut]), the cells get codes, and all regions
// together become an [Index]: one edition, never changed, shared by all readers
// without a lock. A redraw makes a new Index ([Index.Redraw]), which is swapped in.
//
// Coordinates are WGS84 degrees, lon before lat. Longitudes do not wrap: a
// region across the 180th meridian must be given as two polygons.
package grid
