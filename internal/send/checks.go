package send

import (
	"maps"
	"slices"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// shortNotice is less time to answer than anybody should be given unasked.
const shortNotice = 14 * 24 * time.Hour

// checks goes through the points of the checklist, in the order they are worked off: who is asked, what, by when.
func (s *Service) checks(tx *survey.Tx, q survey.Questionnaire, c dispatchContent) ([]DispatchCheck, error) {
	h, err := loadLetterhead(tx, q)
	if err != nil {
		return nil, err
	}
	var list []DispatchCheck
	add := func(name string, state CheckState, who ...string) {
		list = append(list, DispatchCheck{Name: name, State: state, Who: who})
	}
	when := func(ok bool, otherwise CheckState) CheckState {
		if ok {
			return CheckOK
		}
		return otherwise
	}
	letter := q.Cover
	var letterFaults survey.Faults // of a text saved before a rule was made
	checkLetter(&letterFaults, &letter)
	var asked, addressless, unknown, unfit, early, unrendered []string
	at := map[string][]string{} // who has an address
	for _, r := range c.Respondents {
		if r.NotAsked != "" {
			continue
		}
		asked = append(asked, r.ShortName)
		if r.Procedure.Channel == survey.ChannelUnknown {
			unknown = append(unknown, r.ShortName)
		}
		if !survey.PacketOf(r, h.questions, !q.LockedAt.IsZero()).Fits() {
			unfit = append(unfit, r.ShortName)
		}
		if !r.Due.IsZero() && !r.Due.At.After(s.At(tx)) {
			early = append(early, r.ShortName)
		}
		if !r.GetsMail() {
			continue
		}
		if !survey.BareAddress(r.Email) {
			addressless = append(addressless, r.ShortName)
		} else {
			at[r.Email] = append(at[r.Email], r.ShortName)
		}
		if q.Cover.Body == "" {
			continue
		}
		var m survey.Mail
		err := s.renderCover(&m, q.Cover, h, r)
		if err != nil && !isLetterFault(err) {
			return nil, err
		}
		if err != nil || letterFaults != nil || survey.Length(m.Subject) > maxSubject {
			unrendered = append(unrendered, r.ShortName)
		}
	}
	add("respondents", when(len(asked) > 0, CheckMissing))
	// all on the ballot are asked, or a reason why not is recorded and printed
	left, err := survey.Unrepresented(tx, q, c.Respondents)
	if err != nil {
		return nil, err
	}
	add("contestants", when(left == nil, CheckMissing), left...)
	add("address", when(addressless == nil, CheckMissing), addressless...)
	var shared []string
	for _, email := range slices.Sorted(maps.Keys(at)) {
		if len(at[email]) > 1 {
			shared = append(shared, strings.Join(at[email], " / "))
		}
	}
	if shared != nil {
		add("same_address", CheckWarn, shared...)
	}
	add("procedure", when(unknown == nil, CheckWarn), unknown...)
	add("fit", when(unfit == nil, CheckWarn), unfit...)
	if early != nil {
		add("date", CheckWarn, early...)
	}
	add("catalogue", when(!q.LockedAt.IsZero(), CheckMissing))
	add("cover", when(q.Cover.Body != "", CheckMissing))
	if unrendered != nil {
		add("letter", CheckMissing, unrendered...)
	}
	needsMail := slices.ContainsFunc(c.Respondents, survey.Respondent.GetsMail)
	add("mail", when(s.MailReady || !needsMail, CheckMissing))
	add("contact", when(c.Email != "" || !needsMail, CheckMissing))
	if q.Deadline.At.After(s.At(tx)) {
		add("deadline", when(!q.Deadline.At.Before(s.At(tx).Add(shortNotice)), CheckWarn))
	} else {
		add("deadline", CheckMissing)
	}
	return list, nil
}
