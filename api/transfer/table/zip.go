package table

import (
	"archive/zip"
	"errors"
	"io"
	"os"
)

const (
	// An archive that unpacks to more, or has more parts, is not a table of a city.
	maxUnpacked, maxParts = 8 << 30, 4096
	// Spreadsheets pack 10 to 60 to one. A part beyond the ratio and the size is a bomb.
	maxRatio, ratioFrom = 250, 64 << 20
)

// archive opens a zip after asking what it would unpack to.
func archive(path string) (*zip.ReadCloser, error) {
	z, err := zip.OpenReader(path)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		return nil, err
	}
	if err != nil {
		return nil, refused("The archive is damaged or cut off (%v). Copy or save it again.", err)
	}
	var total uint64
	for _, part := range z.File {
		total += part.UncompressedSize64
		bomb := part.UncompressedSize64 > ratioFrom && part.UncompressedSize64/max(1, part.CompressedSize64) > maxRatio
		if bomb || part.UncompressedSize64 > maxUnpacked || total > maxUnpacked || len(z.File) > maxParts {
			z.Close()
			return nil, refused("The archive would unpack to far more than a table holds (a zip bomb, or sheets filled to the last row). Copy the rows into a new workbook and save it.")
		}
	}
	return z, nil
}

// unpack opens a part. What it gives is never more than the size it declared.
func unpack(part *zip.File) (io.ReadCloser, error) {
	r, err := part.Open()
	if err != nil {
		return nil, refused("The archive's part %s cannot be read (%v).", part.Name, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(r, int64(part.UncompressedSize64)), r}, nil
}
