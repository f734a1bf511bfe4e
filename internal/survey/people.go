package survey

import (
	"slices"
	"strconv"
	"time"
)

// Alliance is the instance: who runs it, under which words it publishes, and which rules it gave itself.
// There is one, under the key AllianceKey.
type Alliance struct {
	Name         string `json:"name"`
	Intro        string `json:"intro,omitempty"`   // a paragraph for the public start page
	Imprint      string `json:"imprint,omitempty"` // Impressum (§ 5 DDG); publishing refuses while it is empty
	Privacy      string `json:"privacy,omitempty"` // privacy notice (Art. 13 GDPR); publishing refuses while it is empty
	PressContact string `json:"press_contact,omitempty"`
	Email        string `json:"email,omitempty"`   // shown to parties, Reply-To of mails
	Licence      string `json:"licence,omitempty"` // SPDX identifier offered for answers, such as CC-BY-4.0

	// The two-person rules; see Kernel.TwoPerson.
	ConfirmLock          Rule `json:"check_lock,omitempty"`
	ConfirmDispatch      Rule `json:"check_dispatch,omitempty"`
	ConfirmTranscription Rule `json:"check_transcription,omitempty"`
	ConfirmPublication   Rule `json:"check_publication,omitempty"`

	ListColumns []ListColumns `json:"list_columns,omitempty"` // of lists of parties, the newest first; kept apart from Revision

	Revision int `json:"revision"`
}

// ListColumns is what somebody said is in the columns of a list of parties. It is remembered for lists with the same columns.
type ListColumns struct {
	Header  string   `json:"header"`  // hex SHA-256 of the columns' names
	Columns []string `json:"columns"` // field of each column, "" not read
}

// AllianceKey is the key of the one Alliance.
const AllianceKey = "alliance"

// Key implements Entity.
func (Alliance) Key() string { return AllianceKey }

// Rule is a setting of a two-person rule. The zero Rule is RuleAuto: on from two active coordinators.
type Rule string

// The settings of a two-person rule.
const (
	RuleAuto Rule = ""
	RuleOn   Rule = "on"
	RuleOff  Rule = "off"
)

// User is a person of the alliance with an account. Parties have none: they come by AccessLink.
type User struct {
	ID            UserID       `json:"id"`
	Name          string       `json:"name"`
	Email         string       `json:"email"` // lower case; unique
	Language      string       `json:"language,omitempty"`
	PasswordHash  string       `json:"password_hash,omitempty"` // argon2id; "" until the invitation is accepted
	PasswordBy    string       `json:"password_by,omitempty"`   // who handed over the link the password was set by (Actor.Who); "" by mail
	Administrator bool         `json:"administrator,omitempty"`
	Coordinator   bool         `json:"coordinator,omitempty"`
	Memberships   []Membership `json:"memberships,omitempty"`
	Disabled      bool         `json:"disabled,omitempty"`
	CreatedAt     time.Time    `json:"created_at"`
	Epoch         int          `json:"epoch,omitempty"` // counts password changes; sessions of an earlier epoch are over
	Revision      int          `json:"revision"`
}

// Membership puts a User into a WorkingGroup.
type Membership struct {
	WorkingGroup string `json:"working_group"` // id
	Lead         bool   `json:"lead,omitempty"`
}

// Key implements Entity.
func (u User) Key() string { return string(u.ID) }

// UserAddress finds a person by its address.
var UserAddress = Index[User]{"address", func(u User) string { return u.Email }}

// Indexes implements Indexed.
func (User) Indexes() []Index[User] { return []Index[User]{UserAddress} }

// Active tells whether the user can sign in.
func (u User) Active() bool { return !u.Disabled && u.PasswordHash != "" }

// MemberOf tells whether the user belongs to the working group.
func (u User) MemberOf(group string) bool {
	return slices.ContainsFunc(u.Memberships, func(m Membership) bool { return m.WorkingGroup == group })
}

// Leads tells whether the user leads the working group.
func (u User) Leads(group string) bool {
	return slices.Contains(u.Memberships, Membership{WorkingGroup: group, Lead: true})
}

// StaffLink is a one-time link for a person of the alliance: first set-up, invitation, password reset.
type StaffLink struct {
	Hash      string        `json:"hash"` // HashToken of the token in the link
	Purpose   StaffLinkKind `json:"purpose"`
	User      UserID        `json:"user,omitempty"`    // id; "" for set-up
	Mail      string        `json:"mail,omitempty"`    // id of the Mail that carries it; "" made by hand
	MadeBy    string        `json:"made_by,omitempty"` // who hands the link over (Actor.Who); "" by mail
	CreatedAt time.Time     `json:"created_at"`
	ExpiresAt time.Time     `json:"expires_at"`
	UsedAt    time.Time     `json:"used_at,omitzero"`
	RevokedAt time.Time     `json:"revoked_at,omitzero"`
}

// StaffLinkKind says what a StaffLink is for.
type StaffLinkKind string

// The purposes of a StaffLink.
const (
	LinkSetup      StaffLinkKind = "setup"
	LinkInvitation StaffLinkKind = "invitation"
	LinkReset      StaffLinkKind = "reset"
)

// Key implements Entity.
func (l StaffLink) Key() string { return l.Hash }

// Session is a browser session, kept on the server under the hash of its token.
type Session struct {
	Hash      string    `json:"hash"`
	Data      []byte    `json:"data"`
	ExpiresAt time.Time `json:"expires_at"`
	Wrong     int       `json:"wrong,omitempty"` // wrong codes entered in it since the last right one
}

// Key implements Entity.
func (s Session) Key() string { return s.Hash }

// Organisation is a member of the alliance; its name is printed with the questions it asks.
type Organisation struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Slug     Slug   `json:"slug"` // id in exports
	Website  string `json:"website,omitempty"`
	Revision int    `json:"revision"`
}

// Key implements Entity.
func (o Organisation) Key() string { return o.ID }

// WorkingGroup drafts questions.
type WorkingGroup struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Slug     Slug   `json:"slug"`
	Revision int    `json:"revision"`
}

// Key implements Entity.
func (g WorkingGroup) Key() string { return g.ID }

// AuditEntry says who did what when. It holds no answer, address or token; its states are identifiers, dates as typed, or
// reasons that are public.
type AuditEntry struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Who     string    `json:"who"`  // user id, "party:" + respondent id, or "console"
	What    string    `json:"what"` // such as "sign_in", "lock", "publish"
	Subject string    `json:"subject,omitempty"`
	From    string    `json:"from,omitempty"` // state before, where a public state, a right or a rule changed
	To      string    `json:"to,omitempty"`   // state after
}

// Key implements Entity.
func (a AuditEntry) Key() string { return a.ID }

// NameOfUser returns the name of a person of the alliance, "" for the console and for nobody.
func NameOfUser(tx *Tx, id string) string {
	u, err := tx.Users.Get(id)
	if err != nil {
		return ""
	}
	return u.Name
}

// LoadAlliance returns the alliance, empty before its settings were first saved.
func LoadAlliance(tx *Tx) (Alliance, error) {
	a, err := tx.Alliances.Get(AllianceKey)
	if IsNotFound(err) {
		return Alliance{}, nil
	}
	return a, err
}

// SessionValue is what a session keeps of a signed-in person: it is void once the password has changed.
func (u User) SessionValue() string { return string(u.ID) + " " + strconv.Itoa(u.Epoch) }
