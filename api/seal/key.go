package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"sync"
)

// MasterSize is the length of a master key in bytes.
const MasterSize = 32

// BlindSize is the length of a blind value: 128 bits are far from any chance
// meeting among the people of a country.
const BlindSize = 16

// A sealed value is: form (1 byte), key id (4), nonce (12), ciphertext, tag (16).
const (
	form      = 1
	idSize    = 4
	headSize  = 1 + idSize
	nonceSize = 12
	overhead  = headSize + nonceSize + 16
)

// key is what one master key gives.
type key struct {
	number      int    // counts the city's keys from 1
	state       string // what the database says of it
	head        [headSize]byte
	aead        cipher.AEAD
	mac         *sync.Pool // of hash.Hash, keyed
	fingerprint []byte
}

// derive makes a key out of a master key (HKDF-SHA256, a label for each use).
func derive(master []byte) (*key, error) {
	if len(master) != MasterSize {
		return nil, fmt.Errorf("a master key has %d bytes, this one has %d", MasterSize, len(master))
	}
	part := func(label string, size int) (b []byte) {
		// Fails for lengths only that no label here has.
		b, err := hkdf.Key(sha256.New, master, nil, "onemap people "+label+" 1", size)
		if err != nil {
			panic(err)
		}
		return b
	}
	k := &key{fingerprint: part("fingerprint", 16)}
	k.head[0] = form
	copy(k.head[1:], part("key id", idSize))
	block, err := aes.NewCipher(part("seal", 32))
	if err != nil {
		return nil, fmt.Errorf("people's key: %w", err)
	}
	if k.aead, err = cipher.NewGCMWithRandomNonce(block); err != nil {
		return nil, fmt.Errorf("people's key: %w", err)
	}
	blinding := part("blind", 32)
	k.mac = &sync.Pool{New: func() any { return hmac.New(sha256.New, blinding) }}
	return k, nil
}

// id names a key to people.
func (k *key) id() string { return hex.EncodeToString(k.head[1:]) }

func (k *key) seal(purpose string, plain []byte) []byte {
	out := make([]byte, headSize, overhead+len(plain))
	copy(out, k.head[:])
	return k.aead.Seal(out, nil, plain, []byte(purpose))
}

func (k *key) open(purpose string, sealed []byte) ([]byte, error) {
	plain, err := k.aead.Open(nil, nil, sealed[headSize:], []byte(purpose))
	if err != nil {
		return nil, ErrUnreadable
	}
	return plain, nil
}

func (k *key) blind(kind, value string) []byte {
	h := k.mac.Get().(hash.Hash) // the pool holds nothing else
	h.Reset()
	// Kinds are ours and hold no zero byte, so no two pairs write the same.
	text := make([]byte, 0, 64)
	text = append(append(append(text, kind...), 0), value...)
	h.Write(text)
	sum := h.Sum(text[:0])
	k.mac.Put(h)
	return sum[:BlindSize:BlindSize]
}
