package audit

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
)

// Key marks entries and signs heads. Whoever holds only the database has it not.
type Key struct {
	id     [4]byte
	mark   []byte
	signer ed25519.PrivateKey
}

// NewKey derives the two keys from a master key of 32 bytes (HKDF-SHA256).
func NewKey(master []byte) (*Key, error) {
	if len(master) != 32 {
		return nil, fmt.Errorf("an audit key has 32 bytes, this one has %d", len(master))
	}
	mark, err := hkdf.Key(sha256.New, master, nil, "onemap audit mark 1", 32)
	if err != nil {
		return nil, fmt.Errorf("audit key: %w", err)
	}
	seed, err := hkdf.Key(sha256.New, master, nil, "onemap audit head 1", ed25519.SeedSize)
	if err != nil {
		return nil, fmt.Errorf("audit key: %w", err)
	}
	k := &Key{mark: mark, signer: ed25519.NewKeyFromSeed(seed)}
	sum := sha256.Sum256(k.Public())
	copy(k.id[:], sum[:])
	return k, nil
}

// Public is what verifies signed heads: it may be known to everybody.
func (k *Key) Public() ed25519.PublicKey { return k.signer.Public().(ed25519.PublicKey) }

// markSize is that of a mark: the key's id and half a hash.
const markSize = 4 + sha256.Size/2

// sign is the mark of the program on an entry's canonical form.
func (k *Key) sign(body []byte) []byte {
	h := hmac.New(sha256.New, k.mark)
	h.Write(body)
	return append(k.id[:], h.Sum(nil)[:markSize-4]...)
}

// signed says whether an entry bears this key's mark.
func (k *Key) signed(body, mark []byte) bool { return hmac.Equal(k.sign(body), mark) }
