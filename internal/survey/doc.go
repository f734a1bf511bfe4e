// Package survey is the record of a civil-society questionnaire to parties: the words, rules and rights that its verbs draft,
// send, answer and compare share, and the storage seam they act through. Each verb is a package of its own beside this one, and
// they meet only here.
//
// Everything hangs on the cell: respondent x question = status x provenance x versions, and apart from it the
// alliance's quotation (cell.go). The words are those of docs/glossary.md.
//
// The package knows no HTTP, no database and no file format. Use cases are methods of the verbs' Services, which stand on one
// Kernel; each takes the Actor who asks, checks its right, and runs in one transaction.
package survey
