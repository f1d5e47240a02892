package audit

import (
	"io"

	"onemap/api/plate"
)

// numberLength is how many characters an export's number has: 31 to the power of
// nine of them, and one that checks the others.
const numberLength = 10

// ExportObject is the kind under which an entry names the export that it is of.
const ExportObject = "export"

// NewNumber draws the number of an export: what every row of it carries, so that
// a row that was found somewhere leads back to the entry. It says nothing of
// anybody, and whoever has one cannot tell another.
func NewNumber(random io.Reader) (string, error) { return plate.Draw(random, numberLength) }

// ReadNumber reads a number as people type it, and says where it cannot be one.
func ReadNumber(typed string) (string, error) { return plate.Read(typed, numberLength) }
