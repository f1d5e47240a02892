// Package migrations holds the schema's history as goose SQL files, in order.
// Every file goes up and down; api/pg runs them under a lock.
package migrations

import "embed"

// FS holds the files NNNNN_verb_noun.sql.
//
//go:embed *.sql
var FS embed.FS
