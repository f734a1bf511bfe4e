package survey

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"
)

// PrintedLetter is a letter on paper to a respondent that is asked by post. It carries a link and a code of its own. Only the last one
// is good.
type PrintedLetter struct {
	At         time.Time `json:"at"`   // when it was printed
	By         string    `json:"by"`   // user id
	Link       string    `json:"link"` // hash of its AccessLink
	Code       string    `json:"code"` // PaperCodeHash
	CodeUsedAt time.Time `json:"code_used_at,omitzero"`
	SentOn     string    `json:"sent_on,omitempty"` // 2006-01-02, when it went out by post; "" not recorded
	SentBy     string    `json:"sent_by,omitempty"` // user id, who recorded that
}

// PostSwitch is why a printed letter took the place of mails that do not arrive.
type PostSwitch struct {
	Reason      string    `json:"reason"` // public
	From        Channel   `json:"from"`   // the way before
	AskedAt     time.Time `json:"asked_at"`
	At          time.Time `json:"at"`
	By          string    `json:"by"`                     // user id
	ConfirmedBy string    `json:"confirmed_by,omitempty"` // user id of the second person
}

// Posted tells whether a letter to the respondent went out by post.
func (r Respondent) Posted() bool {
	return slices.ContainsFunc(r.Letters, func(l PrintedLetter) bool { return l.SentOn != "" })
}

// postedDay is the day from which a letter stands for mails that did not arrive: that of the first that was posted, until then the one
// on which somebody decided so.
func (r Respondent) postedDay(zone *time.Location) Stamp {
	for _, l := range r.Letters {
		if l.SentOn != "" {
			return Stamp(l.SentOn)
		}
	}
	return Stamp(r.ToPost.At.In(zone).Format(time.DateOnly))
}

// LastLetter is the letter printed last, nil before the first.
func (r Respondent) LastLetter() *PrintedLetter {
	if len(r.Letters) == 0 {
		return nil
	}
	return &r.Letters[len(r.Letters)-1]
}

// PaperCode tells whether a code on paper is still good: it confirms one submission in the place of a mailed one.
func (r Respondent) PaperCode() bool {
	letter := r.LastLetter()
	return r.ByPost() && letter != nil && letter.CodeUsedAt.IsZero()
}

// PaperCodeHash binds a code on paper to the respondent and to the link printed with it. As with mailed codes a hash of twelve digits
// can be guessed from a copy of the database, and the code is worth nothing without a session.
func PaperCodeHash(r Respondent, link, code string) string {
	sum := sha256.Sum256([]byte("pruefstein-paper/1\n" + r.Key() + "\n" + link + "\n" + code))
	return hex.EncodeToString(sum[:])
}

// PaperToken is the secret of a printed link: shorter than NewToken, since somebody may have to type it. 24 characters of base32 are
// 120 bits.
func PaperToken() string { return NewToken()[:24] }
