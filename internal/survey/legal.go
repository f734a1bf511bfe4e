package survey

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// LegalDigest is the hash of the Impressum and the privacy notice: both are frozen into the pages of a publication.
func LegalDigest(a Alliance) (string, error) {
	raw, err := json.Marshal([]string{a.Imprint, a.Privacy})
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), err
}

// OldLegal tells whether a publication carries another Impressum or privacy notice than the alliance has now. Of one made
// before their hash was kept that is not known.
func OldLegal(p *Publication, a Alliance) (bool, error) {
	if p == nil || p.Legal == "" {
		return false, nil
	}
	digest, err := LegalDigest(a)
	return p.Legal != digest, err
}
