package alliance

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// How long the links of people last.
const (
	setupLife      = 24 * time.Hour
	invitationLife = 14 * 24 * time.Hour
	resetLife      = time.Hour
	resetPause     = 5 * time.Minute // until a reset link that went by mail may be followed by another
)

// Password lengths in bytes. OWASP ASVS 5.0 (6.2.1) asks for 8 and recommends 15; 12 is what volunteers still take. The
// upper bound keeps hashing cheap.
const (
	minPassword = 12
	maxPassword = 256
)

// checkPassword notes the fault of a new password, typed twice.
func checkPassword(f *survey.Faults, password, again, email string) {
	switch {
	case len(password) < minPassword:
		f.Add("password", "alliance.error.password_short", "Min", minPassword)
	case len(password) > maxPassword:
		f.Add("password", "alliance.error.password_long", "Max", maxPassword)
	case strings.EqualFold(password, email):
		f.Add("password", "alliance.error.password_email")
	case password != again:
		f.Add("again", "alliance.error.password_again")
	}
}

// errSomebody ends the transaction of SetupToken without a commit: a start on a full disk has nothing to write.
var errSomebody = errors.New("there is a person")

// SetupToken returns a fresh token that creates the first administrator, or "" once there is a person, when nothing is
// written. Earlier set-up links are void then.
func (s *Service) SetupToken(ctx context.Context) (token string, err error) {
	fresh := survey.NewToken()
	err = s.Store.Update(ctx, func(tx *survey.Tx) error {
		token = ""
		for _, err := range tx.Users.List("") {
			return cmp.Or(err, errSomebody)
		}
		links, err := survey.Collect(tx.StaffLinks.List(""))
		if err != nil {
			return err
		}
		for _, l := range links {
			if err := tx.StaffLinks.Delete(l.Hash); err != nil {
				return err
			}
		}
		token = fresh
		return tx.StaffLinks.Put(s.staffLink(tx, fresh, survey.LinkSetup, "", setupLife))
	})
	if errors.Is(err, errSomebody) {
		err = nil
	}
	return token, err
}

func (s *Service) staffLink(tx *survey.Tx, token string, purpose survey.StaffLinkKind, user survey.UserID, life time.Duration) survey.StaffLink {
	return survey.StaffLink{Hash: survey.HashToken(token), Purpose: purpose, User: user, CreatedAt: s.At(tx), ExpiresAt: s.At(tx).Add(life)}
}

// openLink returns the link of a token that can still be used for the purpose: NotFound if there is none, Gone if it was
// used, revoked or has expired.
func (s *Service) openLink(tx *survey.Tx, token string, purpose survey.StaffLinkKind) (survey.StaffLink, error) {
	link, err := tx.StaffLinks.Get(survey.HashToken(token))
	if err != nil {
		return link, err
	}
	if link.Purpose != purpose {
		return link, survey.Fail(survey.NotFound, "error.not_found")
	}
	if !link.UsedAt.IsZero() || !link.RevokedAt.IsZero() || !link.ExpiresAt.After(s.At(tx)) {
		return link, survey.Fail(survey.Gone, "error.link_expired")
	}
	return link, nil
}

// StaffLinkUser returns the person a link is for, zero for a set-up link. It changes nothing.
func (s *Service) StaffLinkUser(ctx context.Context, token string, purpose survey.StaffLinkKind) (user survey.User, err error) {
	err = s.View(ctx, func(tx *survey.Tx) error {
		link, err := s.openLink(tx, token, purpose)
		if err != nil || link.User == "" {
			return err
		}
		user, err = tx.User(link.User)
		if err == nil && !usable(link, user) {
			err = survey.Fail(survey.Gone, "error.link_expired")
		}
		return err
	})
	return user, err
}

// usable tells whether a link still has a purpose. A blocked person gets in by none. An invitation is for somebody who has no
// password yet.
func usable(link survey.StaffLink, user survey.User) bool {
	return !user.Disabled && (link.Purpose != survey.LinkInvitation || user.PasswordHash == "")
}

// SetUp is the form of the first start.
type SetUp struct {
	Token, Alliance, Name, Email, Password, Again, Language string
}

// SetUp creates the first person, who administers and coordinates, and names the alliance. Gone once there is a person.
func (s *Service) SetUp(ctx context.Context, cmd SetUp) (user survey.User, err error) {
	if _, err := s.StaffLinkUser(ctx, cmd.Token, survey.LinkSetup); err != nil { // before the expensive hash
		return user, err
	}
	var faults survey.Faults
	faults.Line("alliance", &cmd.Alliance, 200, true)
	faults.Line("name", &cmd.Name, 200, true)
	faults.Email("email", &cmd.Email, true)
	checkPassword(&faults, cmd.Password, cmd.Again, cmd.Email)
	if err := faults.Err(); err != nil {
		return user, err
	}
	hash, err := s.HashPassword(ctx, cmd.Password)
	if err != nil {
		return user, err
	}
	user = survey.User{ID: survey.UserID(survey.NewID()), Name: cmd.Name, Email: cmd.Email, Language: cmd.Language, PasswordHash: hash,
		Administrator: true, Coordinator: true, Revision: 1}
	err = s.Write(ctx, survey.Actor{}, func(tx *survey.Tx) error {
		link, err := s.openLink(tx, cmd.Token, survey.LinkSetup)
		if err != nil {
			return err
		}
		link.UsedAt, user.CreatedAt = s.At(tx), s.At(tx)
		if err := tx.StaffLinks.Put(link); err != nil {
			return err
		}
		for _, err := range tx.Users.List("") {
			return errors.Join(err, survey.Fail(survey.Gone, "error.link_expired"))
		}
		if err := tx.Alliances.Put(survey.Alliance{Name: cmd.Alliance, Revision: 1}); err != nil {
			return err
		}
		if err := tx.Users.Put(user); err != nil {
			return err
		}
		return s.Audit(tx, survey.Actor{User: user}, "set_up", string(user.ID))
	})
	return user, err
}

// absentHash is compared with when nobody has the address, so that the answer takes as long as for somebody.
const absentHash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$9sTbSlTnoUGf8Rc0hYBTyd0SIj3ILd4fBz2d5QkfO6k"

// SignIn returns the person with the address and password. Whether the address or the password was wrong is not told.
func (s *Service) SignIn(ctx context.Context, email, password string) (survey.User, error) {
	wrong := survey.Fail(survey.Invalid, "alliance.error.sign_in")
	if len(password) > maxPassword {
		return survey.User{}, wrong
	}
	var faults survey.Faults // of the address: not told, it is then simply nobody's
	faults.Email("email", &email, false)
	user, err := s.userByEmail(ctx, email)
	if err != nil && !survey.IsNotFound(err) {
		return survey.User{}, err
	}
	hash := user.PasswordHash
	if !user.Active() {
		hash = absentHash
	}
	match, err := s.MatchPassword(ctx, password, hash)
	if err != nil {
		return survey.User{}, err
	}
	match = match && user.Active()
	what, who := "sign_in", survey.Actor{User: user}
	if !match {
		what, who = "sign_in_refused", survey.Actor{} // whoever tried need not be the person
	}
	if err := s.Store.Update(ctx, func(tx *survey.Tx) error { return s.Audit(tx, who, what, string(user.ID)) }); err != nil {
		return survey.User{}, err
	}
	if !match {
		return survey.User{}, wrong
	}
	return user, nil
}

func (s *Service) userByEmail(ctx context.Context, email string) (found survey.User, err error) {
	err = s.View(ctx, func(tx *survey.Tx) error {
		found, err = userByEmail(tx, email)
		return err
	})
	return found, err
}

func userByEmail(tx *survey.Tx, email string) (survey.User, error) {
	return survey.First(tx.Users.By(survey.UserAddress).List(survey.Exact(email)))
}

// NewPassword is the form that sets a password, by an invitation or a reset link.
type NewPassword struct {
	Token, Name, Password, Again string // Name only with an invitation
}

// AcceptInvitation gives an invited person a name and a password.
func (s *Service) AcceptInvitation(ctx context.Context, cmd NewPassword) (survey.User, error) {
	var faults survey.Faults
	faults.Line("name", &cmd.Name, 200, true)
	return s.setPassword(ctx, cmd, survey.LinkInvitation, faults)
}

// ResetPassword sets a new password by a reset link and ends all sessions of the person.
func (s *Service) ResetPassword(ctx context.Context, cmd NewPassword) (survey.User, error) {
	cmd.Name = ""
	return s.setPassword(ctx, cmd, survey.LinkReset, nil)
}

func (s *Service) setPassword(ctx context.Context, cmd NewPassword, purpose survey.StaffLinkKind, faults survey.Faults) (user survey.User, err error) {
	if user, err = s.StaffLinkUser(ctx, cmd.Token, purpose); err != nil {
		return user, err
	}
	checkPassword(&faults, cmd.Password, cmd.Again, user.Email)
	if err := faults.Err(); err != nil {
		return user, err
	}
	hash, err := s.HashPassword(ctx, cmd.Password)
	if err != nil {
		return user, err
	}
	err = s.Write(ctx, survey.Actor{}, func(tx *survey.Tx) error {
		link, err := s.openLink(tx, cmd.Token, purpose)
		if err != nil {
			return err
		}
		link.UsedAt = s.At(tx)
		if err := tx.StaffLinks.Put(link); err != nil {
			return err
		}
		if user, err = tx.User(link.User); err != nil {
			return err
		}
		if !usable(link, user) {
			return survey.Fail(survey.Gone, "error.link_expired")
		}
		if cmd.Name != "" {
			user.Name = cmd.Name
		}
		user.PasswordBy = link.MadeBy
		user.PasswordHash, user.Epoch, user.Revision = hash, user.Epoch+1, user.Revision+1
		if err := tx.Users.Put(user); err != nil {
			return err
		}
		if err := s.revokeStaffLinks(tx, user.ID, survey.LinkReset); err != nil { // others may be open
			return err
		}
		return s.Audit(tx, survey.Actor{User: user}, "password_"+string(purpose), string(user.ID))
	})
	return user, err
}

// RequestReset mails a reset link to the person with the address, if there is one and no such link is on its way. Earlier links
// stay good: whoever asks need not be the person. Nothing tells from outside whether there is such a person: the caller says the
// same, and a mail is composed, sealed and queued in every case. One that must not go out leaves the queue in the same
// transaction.
func (s *Service) RequestReset(ctx context.Context, email string) error {
	var faults survey.Faults
	faults.Email("email", &email, true)
	if err := faults.Err(); err != nil {
		return err
	}
	user, err := s.userByEmail(ctx, email)
	if err != nil && !survey.IsNotFound(err) {
		return err
	}
	if !user.Active() { // the mail is composed all the same, see below
		user.Email, user.Language = email, "de"
	}
	return s.Write(ctx, survey.Actor{}, func(tx *survey.Tx) error {
		underWay, err := s.resetUnderWay(tx, user.ID)
		if err != nil {
			return err
		}
		link, err := s.enqueueStaffLink(tx, user, survey.LinkReset, resetLife)
		if err != nil {
			return err
		}
		what := "link_reset"
		switch {
		case !user.Active():
			what = "reset_refused"
		case underWay:
			what = "reset_again"
		default:
			err = tx.StaffLinks.Put(link)
		}
		if what != "link_reset" {
			err = errors.Join(tx.Outbox.Delete(link.Mail), survey.DeleteMail(tx, link.Mail))
		}
		return errors.Join(err, s.Audit(tx, survey.Actor{}, what, string(user.ID)))
	})
}

// resetUnderWay tells whether a reset link that was mailed to a person a moment ago can still be used. One that lies
// further ahead is of a clock that has been set back since, and holds back nothing.
func (s *Service) resetUnderWay(tx *survey.Tx, user survey.UserID) (bool, error) {
	links, err := survey.Collect(tx.StaffLinks.List(""))
	return slices.ContainsFunc(links, func(l survey.StaffLink) bool {
		age := s.At(tx).Sub(l.CreatedAt).Abs() // two that ask at once may take their turns the other way round
		return l.User == user && l.Purpose == survey.LinkReset && l.Mail != "" && l.UsedAt.IsZero() && l.RevokedAt.IsZero() && age < resetPause
	}), err
}

// StaffMail is what the mails to people of the alliance say.
type StaffMail struct {
	Name, Alliance, Secret string
	By                     string // who made a link by hand; "" at the console
	Days                   int    // an invitation lasts
}

// staffLinkAddress returns the full address of a link.
func (s *Service) staffLinkAddress(purpose survey.StaffLinkKind, token string) string {
	switch purpose {
	case survey.LinkInvitation:
		return s.Link(s.Addresses.Invitation, token)
	case survey.LinkReset:
		return s.Link(s.Addresses.Reset, token)
	}
	return s.Link(s.Addresses.Setup, token)
}

// mailStaffLink revokes a person's open links of the purpose and mails a new one.
func (s *Service) mailStaffLink(tx *survey.Tx, actor survey.Actor, user survey.User, purpose survey.StaffLinkKind, life time.Duration) error {
	link, err := s.enqueueStaffLink(tx, user, purpose, life)
	if err != nil {
		return err
	}
	if err := s.replaceStaffLink(tx, user.ID, link); err != nil {
		return err
	}
	return s.Audit(tx, actor, "link_"+string(purpose), string(user.ID))
}

// enqueueStaffLink queues the mail with a new link and returns the link, which the caller stores.
func (s *Service) enqueueStaffLink(tx *survey.Tx, user survey.User, purpose survey.StaffLinkKind, life time.Duration) (survey.StaffLink, error) {
	token := survey.NewToken()
	alliance, err := survey.LoadAlliance(tx)
	if err != nil {
		return survey.StaffLink{}, err
	}
	place := survey.SecretPlace()
	subject, body, err := s.Compose(user.Language, "staff_"+string(purpose), StaffMail{Name: user.Name, Alliance: alliance.Name, Secret: place, Days: int(life.Hours()) / 24})
	if err != nil {
		return survey.StaffLink{}, err
	}
	m := survey.WrittenMail{Mail: survey.Mail{Kind: survey.MailStaff, To: user.Email, Language: user.Language}}
	m.SetText(subject, body, place)
	if m, err = s.Enqueue(tx, m, s.staffLinkAddress(purpose, token)); err != nil {
		return survey.StaffLink{}, err
	}
	link := s.staffLink(tx, token, purpose, user.ID, life)
	link.Mail = m.ID
	return link, nil
}

// replaceStaffLink revokes a person's open links of the same purpose and puts the new one.
func (s *Service) replaceStaffLink(tx *survey.Tx, user survey.UserID, link survey.StaffLink) error {
	if err := s.revokeStaffLinks(tx, user, link.Purpose); err != nil {
		return err
	}
	return tx.StaffLinks.Put(link)
}

// revokeStaffLinks makes a person's open links of a purpose void. A mail that still waits with one of them does not go out:
// its link would be dead.
func (s *Service) revokeStaffLinks(tx *survey.Tx, user survey.UserID, purpose survey.StaffLinkKind) error {
	links, err := survey.Collect(tx.StaffLinks.List(""))
	if err != nil {
		return err
	}
	for _, l := range links {
		if l.User == user && l.Purpose == purpose && l.UsedAt.IsZero() && l.RevokedAt.IsZero() {
			l.RevokedAt = s.At(tx)
			if err := tx.StaffLinks.Put(l); err != nil {
				return err
			}
			if l.Mail == "" {
				continue
			}
			if err := survey.RevokeMail(tx, l.Mail); err != nil {
				return err
			}
		}
	}
	return nil
}

// SaveAccount is a person's own page.
type SaveAccount struct {
	Name, Language       string
	Old, Password, Again string // all empty: the password stays
}

// SaveAccount changes a person's own name, language and password.
func (s *Service) SaveAccount(ctx context.Context, actor survey.Actor, cmd SaveAccount) (user survey.User, err error) {
	if actor.User.ID == "" {
		return user, survey.Fail(survey.Forbidden, "error.forbidden")
	}
	var faults survey.Faults
	faults.Line("name", &cmd.Name, 200, true)
	if cmd.Language != "de" && cmd.Language != "en" {
		faults.Add("language", "error.choice")
	}
	hash := ""
	if cmd.Old+cmd.Password+cmd.Again != "" {
		match, err := s.MatchPassword(ctx, cmd.Old, actor.User.PasswordHash)
		if err != nil {
			return user, err
		}
		if !match {
			faults.Add("old", "alliance.error.password_old")
		}
		checkPassword(&faults, cmd.Password, cmd.Again, actor.User.Email)
	}
	if err := faults.Err(); err != nil {
		return user, err
	}
	if cmd.Password != "" {
		if hash, err = s.HashPassword(ctx, cmd.Password); err != nil {
			return user, err
		}
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		if user, err = tx.User(actor.User.ID); err != nil {
			return err
		}
		user.Name, user.Language, user.Revision = cmd.Name, cmd.Language, user.Revision+1
		if hash != "" {
			user.PasswordHash, user.Epoch = hash, user.Epoch+1
			if err := s.revokeStaffLinks(tx, user.ID, survey.LinkReset); err != nil {
				return err
			}
			if err := s.Audit(tx, actor, "password_changed", string(user.ID)); err != nil {
				return err
			}
		}
		return tx.Users.Put(user)
	})
	return user, err
}
