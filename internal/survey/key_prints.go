package survey

import (
	"context"
	"fmt"

	"pruefstein/internal/ledger"
)

// KeyPrints says which keys lay beside the database when it was last opened to write. Neither of them is a secret.
type KeyPrints struct {
	Ledger string `json:"ledger"` // Key.Verifier of the key that signs the ledger
	Seal   string `json:"seal"`   // Sealer.Print
}

// Key implements Entity.
func (KeyPrints) Key() string { return "keys" }

// CheckLedgerKey tells whether the ledger may be signed with a key: nil, or that another one has signed it. It is not
// known while no key was noted.
func CheckLedgerKey(tx *Tx, key *ledger.Key) (known bool, err error) {
	prints, err := tx.KeyPrints.Get(KeyPrints{}.Key())
	if err != nil || prints.Ledger == key.Verifier() {
		return err == nil, nil // a damaged note is named as such
	}
	size, err := ledgerSize(tx)
	if err == nil && size > 0 {
		err = fmt.Errorf("it is the key %s, and what was handed out or published is signed with %s", key.Verifier(), prints.Ledger)
	}
	return true, err
}

// CheckSealer tells how many mails, waiting or failed, have a link or code that a sealer cannot open, and whether it is
// another one than when the database was last opened to write.
func CheckSealer(tx *Tx, sealer *Sealer) (lost int, other bool) {
	for m, err := range tx.Mails.List("") {
		if err != nil || len(m.Sealed) == 0 { // a damaged one is named as such
			continue
		}
		if _, err := sealer.Open(m.Sealed); err != nil {
			lost++
		}
	}
	prints, err := tx.KeyPrints.Get(KeyPrints{}.Key())
	return lost, err == nil && prints.Seal != sealer.Print()
}

// NoteKeys records the service's keys, which CheckLedgerKey has accepted. It writes only what has changed: a start must not
// fail on a full disk for it.
func (s *Kernel) NoteKeys(ctx context.Context) error {
	now := KeyPrints{Ledger: s.Ledger.Verifier(), Seal: s.Sealer.Print()}
	var noted bool
	if err := s.View(ctx, func(tx *Tx) error {
		then, err := tx.KeyPrints.Get(now.Key())
		noted = then == now
		if IsNotFound(err) {
			err = nil
		}
		return err
	}); err != nil || noted {
		return err
	}
	return s.Store.Update(ctx, func(tx *Tx) error { return tx.KeyPrints.Put(now) })
}
