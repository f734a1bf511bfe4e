package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
)

// A stored value is its entity as JSON in an envelope, byte for byte {"v":2,"c":"1b2e4a90","d":…}: the version of the form,
// a checksum, the entity. Whoever reads one compares all of the envelope, so that no altered byte of it passes either.
//
// The checksum is CRC-32C over table, key and entity, in hex. It finds every altered byte for certain, everything else but
// for one chance in four thousand million, and values that have changed places. It is no proof against people: who can
// write the file can compute any checksum, and what people must not alter stands in the ledger.
const (
	envelopeHead = `{"v":2,"c":"`
	envelopeData = `","d":`
	envelopeTail = `}`
	sumLength    = 8 // hex digits
)

// Their errors name no content.
var (
	errForm = errors.New("is not in the form of this program")
	errSum  = errors.New("does not fit its checksum: something has altered it")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum is what the envelope of an entity's JSON says under a key of a table.
func checksum(table, key, data []byte) []byte {
	sum := crc32.Update(0, castagnoli, table)
	sum = crc32.Update(sum, castagnoli, []byte{0})
	sum = crc32.Update(sum, castagnoli, key)
	sum = crc32.Update(sum, castagnoli, []byte{0})
	return fmt.Appendf(nil, "%0*x", sumLength, crc32.Update(sum, castagnoli, data))
}

// wrap puts the JSON of an entity into its envelope.
func wrap(table, key, data []byte) []byte {
	value := make([]byte, 0, len(envelopeHead)+sumLength+len(envelopeData)+len(data)+len(envelopeTail))
	value = append(value, envelopeHead...)
	value = append(value, checksum(table, key, data)...)
	value = append(value, envelopeData...)
	value = append(value, data...)
	return append(value, envelopeTail...)
}

// unwrap returns the JSON of an entity from its envelope.
func unwrap(table, key, value []byte) ([]byte, error) {
	rest, headed := bytes.CutPrefix(value, []byte(envelopeHead))
	rest, tailed := bytes.CutSuffix(rest, []byte(envelopeTail))
	if !headed || !tailed || len(rest) < sumLength {
		return nil, errForm
	}
	data, parted := bytes.CutPrefix(rest[sumLength:], []byte(envelopeData))
	switch {
	case !parted:
		return nil, errForm
	case !bytes.Equal(rest[:sumLength], checksum(table, key, data)):
		return nil, errSum
	}
	return data, nil
}
