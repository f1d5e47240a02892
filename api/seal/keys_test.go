package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func keysOf(tb testing.TB, first byte) *Keys {
	tb.Helper()
	k, err := New(append([]byte{first}, make([]byte, MasterSize-1)...))
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func TestWhatIsSealedOpensForItsPurposeOnly(t *testing.T) {
	t.Parallel()
	k, other := keysOf(t, 1), keysOf(t, 2)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		sealed := k.Seal("person.phone", plain)
		got, err := k.Open("person.phone", sealed)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%x came back as %x (%v)", plain, got, err)
		}
		if len(plain) > 3 && bytes.Contains(sealed, plain) {
			t.Fatal("the value shows")
		}
		if bytes.Equal(sealed, k.Seal("person.phone", plain)) {
			t.Fatal("sealed twice alike")
		}
		for name, open := range map[string]func() ([]byte, error){
			"another purpose": func() ([]byte, error) { return k.Open("person.identity", sealed) },
			"another key":     func() ([]byte, error) { return other.Open("person.phone", sealed) },
			"cut short": func() ([]byte, error) {
				return k.Open("person.phone", sealed[:rapid.IntRange(0, len(sealed)-1).Draw(t, "to")])
			},
			"one bit changed": func() ([]byte, error) {
				bent := bytes.Clone(sealed)
				bent[rapid.IntRange(0, len(bent)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
				return k.Open("person.phone", bent)
			},
		} {
			if got, err := open(); !errors.Is(err, ErrUnreadable) || got != nil {
				t.Fatalf("%s: %x, %v", name, got, err)
			}
		}
	})
}

func TestBlindsMeetForEqualValuesOfAKind(t *testing.T) {
	t.Parallel()
	k := keysOf(t, 1)
	blinding, err := hkdf.Key(sha256.New, append([]byte{1}, make([]byte, MasterSize-1)...), nil, "onemap people blind 1", 32)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.String().Draw(t, "value")
		// The oracle is the formula written out.
		h := hmac.New(sha256.New, blinding)
		h.Write([]byte("phone\x00" + value))
		if got := k.Blind("phone", value); !bytes.Equal(got, h.Sum(nil)[:BlindSize]) {
			t.Fatalf("blind of %q: %x", value, got)
		}
	})
	if bytes.Equal(k.Blind("phone", "1"), k.Blind("identity", "1")) || bytes.Equal(k.Blind("phone", "1"), keysOf(t, 2).Blind("phone", "1")) {
		t.Error("another kind or another key gives the same blind")
	}
}

func TestKeysServeManyAtOnce(t *testing.T) {
	t.Parallel()
	k := keysOf(t, 1)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 200 {
				if !bytes.Equal(k.Blind("phone", "x"), k.Blind("phone", "x")) {
					t.Error("blinds differ")
				}
				if got, err := k.Open("p", k.Seal("p", []byte("x"))); err != nil || string(got) != "x" {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

func TestAMasterKeyHasItsLength(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 16, 31, 33} {
		if _, err := New(make([]byte, n)); err == nil {
			t.Errorf("%d bytes make a key", n)
		}
	}
}

// BenchmarkSealAndBlind seals a value and makes its blind: one pair an operation.
func BenchmarkSealAndBlind(b *testing.B) {
	k := keysOf(b, 1)
	value := "000000190001010000"
	for b.Loop() {
		k.Seal("person.identity", []byte(value))
		k.Blind("identity", value)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pairs/s")
}
