// Package tiles serves the map as vector tiles (Mapbox Vector Tile 2.1).
//
// The journey of a tile:
//
//  1. http.go reads the address. An absurd one, a zoom the layer does not have
//     and a layer the reader has no right to are all "not found".
//  2. The Reader says what the reader may see (Sight); only a private layer asks.
//     ParseFilter reads the query, a closed list, and names what is wrong with it.
//  3. The layer's version is taken, and with it the key: layer, version, z/x/y,
//     sight, filter. Only after that may anything be read from the database.
//  4. The cache answers, or joins a render of the same key, or starts one. A
//     requester who leaves does not stop it for the others; the last one does.
//     Tiles of equal bytes are kept once, under however many keys.
//  5. A Source renders: the PostGIS sources in one statement a tile, in which
//     the sight is an explicit condition on scope_code.
//  6. The tile is compressed once for each encoding that is asked for, and
//     answered with a strong ETag: 200, 304, or 204 where nothing is.
//  7. A committed change makes the caller Invalidate the layer: its version
//     moves on, so a render begun before can never be answered afterwards.
//
// Coordinates are lon, lat in WGS84 (EPSG:4326) at the edges of the package,
// metres of EPSG:3857 where tiles are cut, and tile units (4096 to a tile, y
// down) inside a tile.
package tiles
