// Package osm reads OpenStreetMap files into the features the map is made of.
//
// The journey of an object:
//
//  1. [ReadFile] looks at the first bytes and not at the name: a PBF file or
//     an XML document. Anything else, an empty or a cut file is an error.
//  2. First pass, over the whole file: relations that may become areas are
//     kept, with the list of the ways they need.
//  3. Second pass, ways: those with a tag we use and those a relation needs
//     say which nodes they need.
//  4. Third pass, nodes: a needed node leaves its position, 16 bytes each; a
//     node with a tag we use becomes a facility, service or place name.
//  5. Fourth pass, ways: tagged ones become lines or areas. Then the relations
//     are assembled, each from the ways kept for it.
//  6. Every feature goes to the [Sink] at once. What has the right tags but no
//     sound geometry is refused with a reason and its name in the [Report].
//
// The blocks of a PBF file are decoded here because the decoder in use
// elsewhere (paulmach/osm) ends the whole program at a file with nodes in the
// older plain form, and takes a file cut just after a block's header for a
// complete one. Both are in the tests.
//
// Passes make the order of objects in the file irrelevant and keep memory in
// proportion to what is used, not to the file. An error in the file may come
// after features were handed over, so a sink works in a transaction.
package osm
