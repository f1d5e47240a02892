package ewkb

import (
	"errors"
	"fmt"

	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"
)

// MarshalGeom writes a go-geom geometry as little-endian EWKB with its Z, M and
// SRID.
func MarshalGeom(g geom.T) ([]byte, error) {
	if g == nil {
		return nil, errors.New("ewkb: cannot write a nil geometry")
	}
	data, err := ewkb.Marshal(g, ewkb.NDR)
	if err != nil {
		return nil, fmt.Errorf("ewkb: %w", err)
	}
	return data, nil
}

// UnmarshalGeom reads EWKB or plain WKB with whatever Z, M and SRID it has.
func UnmarshalGeom(data []byte) (geom.T, error) {
	if err := check(data, true); err != nil {
		return nil, err
	}
	g, err := ewkb.Unmarshal(data)
	if err != nil {
		return nil, fmt.Errorf("ewkb: %w", err)
	}
	return g, nil
}
