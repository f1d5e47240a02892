// Package audit keeps who did what, on what, under which grant, what for and
// from where, so that nobody can quietly change it afterwards.
//
// The journey of an entry: the door (api/web) opens one for each request that
// may change something and for each reading of people, a command opens its own;
// slices and api/change Note the objects in it, by id and by the names of
// fields, never by what they hold; pg.InTx writes it into the inbox as the last
// statement of the transaction that does the thing, so what is rolled back
// leaves nothing and what is committed cannot go without. It bears a mark that
// needs the program's key. The Sealer moves it into the log, bound to the entry
// before it, and signs the head; the Verifier computes all of it again.
package audit
