package tiles

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// entry is a rendered tile with its encodings, each made once when first asked
// for. Immutable to its readers.
type entry struct {
	identity []byte
	sum      sum
	hash     string // the beginning of sum, for ETags
	gzip     func() []byte
	zstd     func() []byte
}

// sum tells tiles apart by their bytes.
type sum = [sha256.Size]byte

// press compresses. The zstd encoder is used by EncodeAll only, which is safe
// from many goroutines.
type press struct{ zstd *zstd.Encoder }

func newPress() (*press, error) {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(2))
	if err != nil {
		return nil, fmt.Errorf("zstd: %w", err)
	}
	return &press{w}, nil
}

func (p *press) entry(tile []byte) *entry {
	sum := sha256.Sum256(tile)
	return &entry{
		identity: tile,
		sum:      sum,
		hash:     hex.EncodeToString(sum[:12]),
		gzip:     sync.OnceValue(func() []byte { return gzipped(tile) }),
		zstd:     sync.OnceValue(func() []byte { return p.zstd.EncodeAll(tile, nil) }),
	}
}

// body is the tile in an encoding, and the strong ETag of exactly these bytes.
func (e *entry) body(enc encoding) (body []byte, etag string) {
	switch enc {
	case encodingZstd:
		return e.zstd(), fmt.Sprintf(`"%s-zstd"`, e.hash)
	case encodingGzip:
		return e.gzip(), fmt.Sprintf(`"%s-gzip"`, e.hash)
	}
	return e.identity, `"` + e.hash + `"`
}

// entryOverhead is about what an entry costs beside its bytes: hash, tag, closures.
const entryOverhead = 512

// weight bounds what the entry may come to hold: three encodings, none of
// which is much longer than the tile itself.
func (e *entry) weight() uint64 { return uint64(3*len(e.identity) + entryOverhead) }

// gzipLevel is worth its time because a tile is compressed once, not once a request.
const gzipLevel = 6

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzipLevel)
	if err != nil { // the level is a constant in range
		panic(err)
	}
	_, _ = w.Write(b) // a bytes.Buffer takes all
	_ = w.Close()
	return out.Bytes()
}
