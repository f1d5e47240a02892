package search

import "context"

// Everything is what a posted question gets.
func (s *Service) Everything(ctx context.Context, q Posted) ([]Hit, error) {
	a, err := s.search(ctx, "body", q, true)
	if err != nil {
		return nil, err
	}
	return a.Body.Items, nil
}
