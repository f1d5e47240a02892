package audit

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/pg"
)

// Head is the newest entry of the log at a time, signed: kept elsewhere, it
// proves later that nothing up to it was changed.
type Head struct {
	Seq       int64     `json:"seq"`
	Hash      []byte    `json:"hash"`
	At        time.Time `json:"at"`
	Signature []byte    `json:"signature"`
	Key       []byte    `json:"key"` // the public one
}

// message is what is signed.
func (h Head) message() []byte {
	b := append([]byte("onemap audit head 1\n"), binary.BigEndian.AppendUint64(nil, uint64(h.Seq))...)
	b = binary.BigEndian.AppendUint64(b, uint64(h.At.UnixMicro()))
	return append(b, h.Hash...)
}

// Signed says whether a head was signed with a key.
func (h Head) Signed(key ed25519.PublicKey) bool {
	return bytes.Equal(h.Key, key) && ed25519.Verify(key, h.message(), h.Signature)
}

func (k *Key) head(seq int64, hash []byte, at time.Time) Head {
	h := Head{Seq: seq, Hash: hash, At: at.UTC().Truncate(time.Microsecond), Key: k.Public()}
	h.Signature = ed25519.Sign(k.signer, h.message())
	return h
}

// genesis is what the first entry is bound to.
var genesis = func() []byte {
	sum := sha256.Sum256([]byte("onemap audit log 1"))
	return sum[:]
}()

// Begun says whether the log has begun, and so needs the key it began with.
func Begun(ctx context.Context, q pg.Querier) (bool, error) {
	h, err := ReadHead(ctx, q)
	return len(h.Key) > 0, err
}

const selectHead = "SELECT seq, hash, at, signature, key FROM audit_head WHERE one = 1"

// ReadHead is the zero Head before the log has begun.
func ReadHead(ctx context.Context, q pg.Querier) (h Head, err error) {
	err = q.QueryRow(ctx, selectHead).Scan(&h.Seq, &h.Hash, &h.At, &h.Signature, &h.Key)
	if errors.Is(err, pgx.ErrNoRows) {
		return h, nil
	}
	if err != nil {
		return h, fmt.Errorf("head of the audit log: %w", err)
	}
	return h, nil
}

// ErrKey says that the log is sealed with another key.
var ErrKey = errors.New("the audit log of this database is sealed with another key than the one given; restore that key from its backup (audit.key in the data folder, --audit-key-file, ONEMAP_AUDIT_KEY_FILE or ONEMAP_AUDIT_KEY); nothing is lost while it is away")

// Claim begins the log with this key, or makes sure that it is the log's; owner
// may write it.
func (b *Book) Claim(ctx context.Context, owner *pgxpool.Pool) error {
	first := b.Key.head(0, genesis, b.Now())
	_, err := owner.Exec(ctx, "INSERT INTO audit_head (one, seq, hash, at, signature, key) VALUES (1, 0, $1, $2, $3, $4) ON CONFLICT (one) DO NOTHING",
		first.Hash, first.At, first.Signature, first.Key)
	if err != nil {
		return fmt.Errorf("begin the audit log: %w", err)
	}
	h, err := ReadHead(ctx, owner)
	if err == nil && !bytes.Equal(h.Key, b.Key.Public()) {
		err = ErrKey
	}
	return err
}
