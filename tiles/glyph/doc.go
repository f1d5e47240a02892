// Package glyph draws letters as signed distance fields, the way MapLibre
// wants them from a server of fonts.
//
// The journey of a letter: the outline is read from a Go font at 24 pixels to
// the em and its curves are cut into short straight segments (outline.go); for
// each pixel of its box and of a border of 3 pixels the distance to the nearest
// segment is measured, negative outside, and written as a byte (field.go); 256
// letters in a row make one message of glyphs.proto (message.go).
//
// The Go fonts (golang.org/x/image/font/gofont, BSD licence) hold Latin, Greek
// and Cyrillic. A range they have nothing in is a valid message without
// glyphs: maps draw Chinese with the device's own fonts.
package glyph
