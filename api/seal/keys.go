package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
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

// ErrUnreadable says that a value does not open: it was sealed with another key
// or for another purpose, or it was changed. It tells nothing of the value.
var ErrUnreadable = errors.New("sealed value does not open with this key for this purpose")

// Keys are what one master key gives. They may be used by many at once.
type Keys struct {
	head        [headSize]byte
	aead        cipher.AEAD
	blinds      sync.Pool // of hash.Hash, keyed
	fingerprint []byte
}

// New derives the keys from a master key (HKDF-SHA256, a label for each use).
func New(master []byte) (*Keys, error) {
	if len(master) != MasterSize {
		return nil, fmt.Errorf("a master key has %d bytes, this one has %d", MasterSize, len(master))
	}
	sealing, err := derive(master, "onemap people seal 1", 32)
	if err != nil {
		return nil, err
	}
	blinding, err := derive(master, "onemap people blind 1", 32)
	if err != nil {
		return nil, err
	}
	k := &Keys{}
	if k.fingerprint, err = derive(master, "onemap people fingerprint 1", 16); err != nil {
		return nil, err
	}
	id, err := derive(master, "onemap people key id 1", idSize)
	if err != nil {
		return nil, err
	}
	k.head[0] = form
	copy(k.head[1:], id)
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return nil, fmt.Errorf("people's key: %w", err)
	}
	if k.aead, err = cipher.NewGCMWithRandomNonce(block); err != nil {
		return nil, fmt.Errorf("people's key: %w", err)
	}
	k.blinds.New = func() any { return hmac.New(sha256.New, blinding) }
	return k, nil
}

func derive(master []byte, label string, size int) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, master, nil, label, size)
	if err != nil {
		return nil, fmt.Errorf("people's key: %w", err)
	}
	return key, nil
}

// Fingerprint tells two keys apart and says nothing of either.
func (k *Keys) Fingerprint() []byte { return append([]byte{}, k.fingerprint...) }

// Seal encrypts a value for a purpose such as "person.phone". The same value
// sealed twice looks different.
func (k *Keys) Seal(purpose string, plain []byte) []byte {
	out := make([]byte, headSize, overhead+len(plain))
	copy(out, k.head[:])
	return k.aead.Seal(out, nil, plain, []byte(purpose))
}

// Open takes a sealed value back out, or is ErrUnreadable.
func (k *Keys) Open(purpose string, sealed []byte) ([]byte, error) {
	if len(sealed) < overhead || [headSize]byte(sealed) != k.head {
		return nil, ErrUnreadable
	}
	plain, err := k.aead.Open(nil, nil, sealed[headSize:], []byte(purpose))
	if err != nil {
		return nil, ErrUnreadable
	}
	return plain, nil
}

// Blind is the keyed hash of a value of a kind such as "phone": equal values of
// a kind have equal blinds, and without the key nobody can try values out.
func (k *Keys) Blind(kind, value string) []byte {
	h := k.blinds.Get().(hash.Hash) // the pool holds nothing else
	h.Reset()
	// Kinds are ours and hold no zero byte, so no two pairs write the same.
	text := make([]byte, 0, 64)
	text = append(append(append(text, kind...), 0), value...)
	h.Write(text)
	sum := h.Sum(text[:0])
	k.blinds.Put(h)
	return sum[:BlindSize:BlindSize]
}
