package blob

import (
	"encoding/binary"
	"image"
)

// orientation reads tag 274 of the first directory of a TIFF block (EXIF
// 2.32, section 4.6.4): 1 to 8, and 1, upright, for whatever is not there
// or not right.
func orientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	entries := int(order.Uint16(tiff[at:]))
	const tagOrientation, typeShort, entrySize = 274, 3, 12
	for entry := tiff[at+2:]; entries > 0 && len(entry) >= entrySize; entries-- {
		if order.Uint16(entry) == tagOrientation {
			value := int(order.Uint16(entry[8:]))
			if order.Uint16(entry[2:]) == typeShort && value >= 1 && value <= 8 {
				return value
			}
			return 1
		}
		entry = entry[entrySize:]
	}
	return 1
}

// turn undoes how the camera was held: afterwards the picture is as the
// photographer saw it.
func turn(src *image.RGBA, orientation int) *image.RGBA {
	if orientation == 1 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		dst = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range dst.Rect.Dy() {
		for x := range dst.Rect.Dx() {
			sx, sy := stored(x, y, w, h, orientation)
			copy(dst.Pix[dst.PixOffset(x, y):][:4], src.Pix[src.PixOffset(sx, sy):][:4])
		}
	}
	return dst
}

// stored is where the upright picture's (x, y) lies in the stored one, which
// is w by h. The comments say where the stored first row and first column
// are to be seen, as the standard has them.
func stored(x, y, w, h, orientation int) (int, int) {
	switch orientation {
	case 2: // top, right
		return w - 1 - x, y
	case 3: // bottom, right
		return w - 1 - x, h - 1 - y
	case 4: // bottom, left
		return x, h - 1 - y
	case 5: // left, top
		return y, x
	case 6: // right, top
		return y, h - 1 - x
	case 7: // right, bottom
		return w - 1 - y, h - 1 - x
	case 8: // left, bottom
		return w - 1 - y, x
	}
	return x, y
}
