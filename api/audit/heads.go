package audit

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// Now seals what waits and gives the head, signed now.
func (s *Sealer) Now(ctx context.Context) (Head, error) {
	if err := s.round(ctx); err != nil {
		return Head{}, err
	}
	h, err := ReadHead(ctx, s.Pool)
	if err != nil {
		return h, err
	}
	return s.Book.Key.head(h.Seq, h.Hash, s.Book.Now()), nil
}

// KeepHead adds the head of this moment to the file of signed heads.
func (s *Sealer) KeepHead(ctx context.Context) error {
	if s.Heads == "" {
		return nil
	}
	h, err := s.Now(ctx)
	if err != nil {
		return err
	}
	line, err := json.Marshal(h)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(s.Heads, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("signed heads: %w", err)
	}
	_, err = file.Write(append(line, '\n'))
	if err == nil {
		err = file.Sync()
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("signed heads: %w", err)
	}
	return nil
}

// ReadHeads reads heads, one a line. A last line that a crash cut off is passed over.
func ReadHeads(r io.Reader) ([]Head, error) {
	var list []Head
	lines := bufio.NewReader(r)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("signed heads: %w", err)
		}
		var h Head
		if bad := json.Unmarshal(line, &h); bad == nil {
			list = append(list, h)
		} else if err == nil {
			return nil, fmt.Errorf("signed heads: line %d is no head: %w", n, bad)
		}
		if err == io.EOF {
			return list, nil
		}
	}
}

// ReadHeadsFile reads a file of heads; none when it does not exist yet.
func ReadHeadsFile(path string) ([]Head, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("signed heads: %w", err)
	}
	defer file.Close()
	return ReadHeads(file)
}
