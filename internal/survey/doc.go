// Package survey is the domain of Prüfstein: the types, states, rules, permissions and use cases of a civil-society
// questionnaire to parties, along its four verbs draft, send, answer and compare, and the storage seam they act through.
//
// Everything hangs on the cell: respondent x question = status x provenance x versions, and apart from it the
// alliance's quotation (cell.go). The words are those of docs/glossary.md.
//
// The package knows no HTTP, no database and no file format. Use cases are methods of Service; each takes the Actor
// who asks, checks its right, and runs in one transaction.
package survey
