// Package pgtest gives tests a real PostgreSQL with PostGIS, and each its own database.
//
// The journey of a test's database: [Database] takes the test process's server
// -> the first call starts one, in the first free of a few slots below /tmp
// that outlive the process, so the cluster and the templates in it are made once
// and used by every later run -> a template database with the migrations in it
// is made when the slot has none for exactly these files -> the test's database
// is a copy of it -> dropped at the test's end. The server ends with the process.
//
// A slot belongs to one process at a time; packages tested side by side use
// different slots. ONEMAP_TEST_DATABASE_URL, a superuser's URL, makes all tests
// use that server instead. `make clean` removes the slots.
package pgtest
