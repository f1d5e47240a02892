package cases

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/blob"
	"onemap/api/fault"
	"onemap/api/pg"
)

// Uploaded is a photo that waits for a report or a step to claim it.
type Uploaded struct {
	ID     uuid.UUID `json:"id"`
	Width  int       `json:"width"`
	Height int       `json:"height"`
}

// Upload checks a photo, makes it anew without its metadata and keeps it. The
// files are written inside the transaction that notes them, so that Sweep,
// which takes the table for itself, never meets a file without its row.
func (s *Service) Upload(ctx context.Context, intake *blob.Intake, body io.Reader) (Uploaded, error) {
	p, err := intake.Photo(ctx, body)
	var refused *blob.Refused
	if errors.As(err, &refused) {
		kind := fault.Invalid
		if refused.Reason == blob.TooLarge {
			kind = fault.TooLarge
		}
		return Uploaded{}, fault.New(kind, string(refused.Reason), refused.Message).Because(err)
	}
	if err != nil {
		return Uploaded{}, err
	}
	up := Uploaded{ID: s.NewID(), Width: p.Width, Height: p.Height}
	err = pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		// One at a time for one content, so that a file is never taken back under another's row.
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(binary.BigEndian.Uint64(p.SHA256[:8]))); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO photo (id, sha256, width, height, bytes, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
			up.ID, p.SHA256[:], p.Width, p.Height, len(p.JPEG), s.Now())
		if err != nil {
			return err
		}
		err = s.Photos.Put(ctx, p.Key(), p.JPEG)
		if err == nil {
			err = s.Photos.Put(ctx, p.Key().Thumb(), p.Thumb)
		}
		if err != nil {
			return errors.Join(err, s.takeBack(ctx, tx, up.ID, p))
		}
		return nil
	})
	if errors.Is(err, blob.ErrFull) {
		return Uploaded{}, fault.New(fault.Unavailable, "photo.disk_full", "There is no room for photos just now; nothing was kept. The report can be sent without, and the photo later.").Because(err)
	}
	return up, err
}

// takeBack removes the files of an upload that failed half-way, unless an
// earlier photo has the same content.
func (s *Service) takeBack(ctx context.Context, tx pgx.Tx, id uuid.UUID, p blob.Photo) error {
	var shared bool
	if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM photo WHERE sha256 = $1 AND id <> $2)", p.SHA256[:], id).Scan(&shared); err != nil || shared {
		return err
	}
	return errors.Join(s.Photos.Delete(ctx, p.Key()), s.Photos.Delete(ctx, p.Key().Thumb()))
}

// OpenPhoto opens a photo of a case that the scope sees.
func (s *Service) OpenPhoto(ctx context.Context, id uuid.UUID, scope actor.Scope, thumb bool) (io.ReadSeekCloser, error) {
	args := pgx.NamedArgs{"id": id}
	return s.openFile(ctx, thumb, `SELECT p.sha256 FROM photo p JOIN case_file c ON c.id = p.case_id WHERE p.id = @id AND `+visible(scope, args), args)
}

// OpenReceiptPhoto opens a photo of the case a receipt belongs to.
func (s *Service) OpenReceiptPhoto(ctx context.Context, id uuid.UUID, receipt string, thumb bool) (io.ReadSeekCloser, error) {
	return s.openFile(ctx, thumb, `SELECT p.sha256 FROM photo p JOIN case_file c ON c.id = p.case_id WHERE p.id = @id AND c.receipt_hash = @receipt`,
		pgx.NamedArgs{"id": id, "receipt": hash([]byte(receipt))})
}

func (s *Service) openFile(ctx context.Context, thumb bool, query string, args pgx.NamedArgs) (io.ReadSeekCloser, error) {
	var sum [32]byte
	var sha []byte
	err := s.Pool.QueryRow(ctx, query, args).Scan(&sha)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("photo")
	}
	if err != nil {
		return nil, err
	}
	copy(sum[:], sha)
	key := blob.KeyOf(sum)
	if thumb {
		key = key.Thumb()
	}
	file, _, err := s.Photos.Open(ctx, key)
	return file, err
}

// unclaimedLife is how long a photo waits to be claimed, and how long an
// idempotency key answers again.
const unclaimedLife = 24 * time.Hour

// Sweep forgets photos that nobody claimed and keys nobody will send again.
func (s *Service) Sweep(ctx context.Context) error {
	before := s.Now().Add(-unclaimedLife)
	return pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "LOCK TABLE photo IN SHARE ROW EXCLUSIVE MODE"); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
WITH gone AS (DELETE FROM photo WHERE case_id IS NULL AND created_at < $1 RETURNING id, sha256)
SELECT DISTINCT g.sha256 FROM gone g
WHERE NOT EXISTS (SELECT FROM photo p WHERE p.sha256 = g.sha256 AND NOT (p.case_id IS NULL AND p.created_at < $1))`, before)
		if err != nil {
			return err
		}
		files, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		if err != nil {
			return err
		}
		for _, sha := range files {
			var sum [32]byte
			copy(sum[:], sha)
			if err := errors.Join(s.Photos.Delete(ctx, blob.KeyOf(sum)), s.Photos.Delete(ctx, blob.KeyOf(sum).Thumb())); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, "DELETE FROM idempotency WHERE created_at < $1", before.Add(-6*unclaimedLife))
		return err
	})
}
