// Package pg is the way to PostgreSQL.
//
// The journey of a statement: Open makes a pool whose connections know the
// city's schema and the geometry type (orb and go-geom values go in and out as
// EWKB); InTx gives a slice one transaction and runs it again when PostgreSQL
// asks for that; Constraint tells the slice which rule a statement broke, so
// that it can answer in words; Fault names what is not the slice's doing, a
// database that is gone or too slow. Migrate brings the schema up under a lock.
//
// What goes by the hundred thousand goes by COPY: Copy gathers rows and sends them,
// Ahead sends while the next are gathered, Stripped lays aside what a first load is
// quicker without, and CopyOut reads.
package pg
