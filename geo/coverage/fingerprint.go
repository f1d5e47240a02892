package coverage

import (
	"crypto/rand"
	"encoding/binary"
	"math/bits"
)

// key makes the fingerprint unforeseeable: whoever draws polygons cannot draw
// two borders with the same one.
type key [6]uint64

func newKey() key {
	var b [48]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	var k key
	for i := range k {
		k[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return k
}

// fingerprint is of a set of directed edges, a 128-bit sum in which an
// edge and its reverse cancel: sets with the same sum have, but for one case in
// 2^128, the same border edges left. Sums are taken modulo 2^128.
type fingerprint struct{ high, low uint64 }

func (p fingerprint) plus(q fingerprint) fingerprint {
	low, carry := bits.Add64(p.low, q.low, 0)
	high, _ := bits.Add64(p.high, q.high, carry)
	return fingerprint{high, low}
}

func (p fingerprint) minus(q fingerprint) fingerprint {
	low, borrow := bits.Sub64(p.low, q.low, 0)
	high, _ := bits.Sub64(p.high, q.high, borrow)
	return fingerprint{high, low}
}

// edge is what a directed edge adds to a fingerprint: 128 bits out of two mixes
// of its ends by keyed products, and the negative of that for the other
// direction. Without a branch: the direction is as good as chance.
func (k *key) edge(a, b uint64) fingerprint {
	u, v := min(a, b), max(a, b)
	h1, l1 := bits.Mul64(u^k[0], v^k[1])
	h2, l2 := bits.Mul64(u+k[2], v+k[3])
	x, y := h1^l1, h2^l2
	h3, l3 := bits.Mul64(x^k[4], y^k[5])
	_, back := bits.Sub64(b, a, 0) // 1 when a > b
	low, carry := bits.Add64((l3^x)^-back, back, 0)
	high, _ := bits.Add64((h3^y)^-back, 0, carry)
	return fingerprint{high, low}
}
