package survey

import "context"

// QuotationDigest shows quotationDigest to the tests.
var QuotationDigest = quotationDigest

// FreeSlug shows freeSlug to the tests.
var FreeSlug = freeSlug

// ApproveForTest runs the two-person rule as the use cases do.
func (s *Service) ApproveForTest(tx *Tx, actor Actor, q string, act ApprovalKind, subject string, content any) (bool, Approval, error) {
	return s.approve(tx, actor, q, act, subject, content)
}

// UpdateForTest runs a transaction on behalf of an actor, as every use case does.
func (s *Service) UpdateForTest(ctx context.Context, actor Actor, fn func(*Tx) error) error {
	return s.update(ctx, actor, fn)
}
