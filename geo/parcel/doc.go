// Package parcel cuts a region into cells that follow roads, rivers and walls,
// never go through a building, and have much the same to do in each.
//
// The journey of a region ([Cut]): border and lines are put on the lattice of
// 1e-7 degrees. A line that goes through a building ends at its walls, and the
// walls take its place (detour). What is left is drawn as one plane of edges that
// meet in common ends only, and its faces are the blocks; ends of lines that
// border nothing fall away. Faces that a building reaches across are one block.
//
// A block with much more than is wanted is cut across its longer side, in the
// middle of its load: the cheapest way from border to border over a raster of
// squares, none of which a building touches, which keeps near the straight line
// through that middle and off the walls. So each of its straight pieces lies in
// squares without a building, which proves that no cut goes through one. This goes
// on until nothing is too large or a block can be cut no further, which is said.
//
// Blocks with little are joined to neighbours, the smallest first, and then single
// blocks change hands, as long as a sum falls that counts, for each cell, how far
// its load is from the wanted one, how long its border is for its ground, and how
// much of a barrier runs through it. This is hierarchical regionalisation under
// contiguity (D. Guo, "Regionalization with dynamically constrained agglomerative
// clustering and partitioning (REDCAP)", IJGIS 22, 2008) followed by the local
// exchange of the automatic zoning procedure (S. Openshaw, Transactions of the
// IBG 2, 1977); compactness is border against ground, as Polsby and Popper (1991)
// measure districts. Nothing is random: the same input gives the same cells.
//
// The cells are drawn from the edges between them: without gap or overlap, with
// common vertices, the region's own vertices kept, numbered in rows from the north,
// each from the west. They can be handed out to workers in contiguous areas of
// balanced load ([Plan.Cells], Work).
//
// Coordinates are WGS84 degrees, lon before lat; lengths are metres, areas square
// metres.
package parcel
