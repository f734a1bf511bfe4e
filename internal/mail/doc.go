// Package mail sends what waits in the outbox of the database: it composes messages, hands them to an SMTP server (or, in
// the demo, to a folder) and records what came of it.
//
// The order is always: send, then record. A crash between the two sends one mail a second time, byte for byte the same
// and with the same Message-ID, so that its reader's mail program can tell.
package mail
