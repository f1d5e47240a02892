// Package transfer brings files in and gives them out.
//
// The journey of a file: it is looked into (transfer/table says what it is), its
// columns are guessed or come from a kept mapping, and what speaks against the
// import is said before it. Then its rows go in by chunks, each in one
// transaction with the position in the file: every row is read, checked and
// given its place in WGS84; its slice says what it is about; it is taken,
// unchanged, refused with its reason beside the file, or set aside for a person.
// What broke off goes on at its position; a second run of the same file changes
// nothing; a dry run rolls every chunk back. An OpenStreetMap extract is
// one transaction.
//
// Regions are one redraw. The first ones of a place go into force: there is nothing
// to compare them with, and without them nothing else can come in. Where regions are
// in force already, everything of the file that is other than they are goes into a
// draft, and a person validates, previews and publishes it: a file may have the
// codes mixed up, or put a city half a kilometre aside, and each redraw moves people
// and cases. So the draft is not asked for by an option that somebody forgets. A file
// that says what is in force changes nothing, and one that comes again finds its
// draft (bring).
//
// The way back is Export: rows within the asker's sight, in any of the formats,
// under a number that leads to who took them. It stands in the file's name and
// properties and in each row of people; an import leaves that column aside.
package transfer
