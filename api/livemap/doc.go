// Package livemap keeps the map of the city in memory, as it was at the last
// change this process has seen, and answers from it what lies where.
//
// The journey of a change: the change log's follower hands entries to Apply; the
// objects they name are read anew from PostGIS in one snapshot, all kinds
// together, and become visible at once. What is read may be newer than the entry,
// never older: the revision decides. An entry that names no objects (a long
// import, a redraw of grids) has its layers loaded anew, beside those that go on
// being asked; what is named meanwhile is read once more before they change over.
//
// The journey of a question: At and the layers are asked without waiting for
// anybody. Seen says which change the answer knows: while a layer is being loaded
// anew that is the change before the one that asked for it. What the asker may
// not see is left out here, by the same rule of sight as in every query.
//
// No people are in memory, and nothing about them.
package livemap
