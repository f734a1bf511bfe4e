package survey

// What the tests of the ledger need from inside.
var (
	NewReceipt = newReceipt
	LedgerSize = ledgerSize
)
