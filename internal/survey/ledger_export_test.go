package survey

// What the tests of the ledger and of the checks need from inside.
var (
	AppendLeaf           = appendLeaf
	NewReceipt           = newReceipt
	SubmissionReceipt    = submissionReceipt
	TranscriptionReceipt = transcriptionReceipt
	LedgerSize           = ledgerSize
	CatalogueHash        = catalogueHash
)
