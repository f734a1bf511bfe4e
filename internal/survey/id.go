package survey

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"
)

// Ids of what is stored. Each has a type, so that none is taken for another; as text it is a UUIDv7 (NewID) unless the type says so.
type (
	QuestionnaireID string
	RespondentID    string
	QuestionID      string // of a Question while it is drafted; of a CatalogueQuestion "q01" … or as an import says, the id of exports
	ElectionID      string
	PartyID         string
	UserID          string
)

// Slug is an address part for people (ValidSlug), unique among those of its kind.
type Slug string

// NewID returns a UUIDv7 (RFC 9562): unique, and sorting by the time it was made.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// ValidID tells whether s is an id as NewID spells it: it becomes a key, and uuid.Parse takes other spellings for the same.
func ValidID[S ~string](s S) bool {
	id, err := uuid.Parse(string(s))
	return err == nil && id.String() == string(s)
}

// NewToken returns a secret for a link: 52 characters of base32, 260 bits from crypto/rand.
func NewToken() string { return strings.ToLower(rand.Text() + rand.Text()) }

// NewCode returns twelve random digits. Guessing it needs no further guard than five tries a session: a thousand sessions
// find one of ten codes in 20 million hours at five tries each an hour.
func NewCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000_000_000))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return fmt.Sprintf("%012d", n)
}

// HashToken returns the SHA-256 of a token in hex: all that is ever stored of it.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// SlugOf makes an address part for people out of a name: ASCII, lower case, words joined by "-", at most 60 characters.
// It returns "" for a name without a letter or digit.
func SlugOf(name string) Slug {
	name = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "ae", "Ö", "oe", "Ü", "ue", "ß", "ss").Replace(norm.NFC.String(name))
	var b strings.Builder
	dash := false
	for _, r := range norm.NFD.String(strings.ToLower(name)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
		case r >= 0x300 && r < 0x370: // combining marks of the decomposed form
		default:
			dash = true
		}
		if b.Len() >= maxSlug {
			break
		}
	}
	slug := b.String()
	return Slug(strings.TrimRight(slug[:min(len(slug), maxSlug)], "-"))
}

// maxSlug is the most characters SlugOf returns; ValidSlug leaves room for a number behind it.
const maxSlug = 60

// ValidSlug tells whether s is a slug: a-z, 0-9 and single inner hyphens, at most 80 characters.
func ValidSlug[S ~string](s S) bool {
	if s == "" || len(s) > 80 || s[0] == '-' || s[len(s)-1] == '-' || strings.Contains(string(s), "--") {
		return false
	}
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-') {
			return false
		}
	}
	return true
}

// FreeSlug returns base or base-2, base-3 … whichever is not taken.
func FreeSlug[S ~string](base S, taken func(S) bool) S {
	for n, s := 2, base; ; n++ {
		if !taken(s) {
			return s
		}
		s = S(fmt.Sprintf("%s-%d", base, n))
	}
}

// SeqKey makes a number sort as text.
func SeqKey(n int) string { return fmt.Sprintf("%06d", n) }

// TreeKey makes an index of the ledger sort as text.
func TreeKey(n int64) string { return fmt.Sprintf("%012d", n) }
