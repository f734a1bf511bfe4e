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

// checklist goes through the points of the checklist, in the order they are worked off: who is asked, what, by when.
func (s *Service) checklist(tx *survey.Tx, q survey.Questionnaire, c dispatchContent) ([]Point, error) {
	h, err := loadLetterhead(tx, q)
	if err != nil {
		return nil, err
	}
	var list []Point
	add := func(name string, state PointState, who ...string) {
		list = append(list, Point{Name: name, State: state, Who: who})
	}
	when := func(ok bool, otherwise PointState) PointState {
		if ok {
			return PointOK
		}
		return otherwise
	}
	cover := q.Cover
	var coverFaults survey.Faults // of a text saved before a rule was made
	cleanCover(&coverFaults, &cover)
	var asked, addressless, unknown, unfit, early, unrendered, copied []string
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
		switch {
		case !r.GetsCover():
			continue
		case !r.GetsMail(): // a letter
		case !survey.BareAddress(r.Email):
			addressless = append(addressless, r.ShortName)
		default:
			for _, address := range survey.AllAddresses(r.Email, r.Copies) {
				at[address] = append(at[address], r.ShortName)
			}
			if r.Copies != nil {
				copied = append(copied, r.ShortName+" ("+strings.Join(r.Copies, ", ")+")")
			}
		}
		if q.Cover.Body == "" {
			continue
		}
		var m survey.WrittenMail
		err := s.renderCover(&m, q.Cover, h, r)
		if err != nil && !isCoverFault(err) {
			return nil, err
		}
		if err != nil || coverFaults != nil || survey.Length(m.Subject) > maxSubject {
			unrendered = append(unrendered, r.ShortName)
		}
	}
	add("respondents", when(len(asked) > 0, PointMissing))
	if len(asked) > 0 && !slices.ContainsFunc(c.Respondents, func(r survey.Respondent) bool {
		return r.GetsCover() || r.NotAsked == "" && r.Procedure.Channel == survey.ChannelPortal
	}) {
		add("nobody", PointMissing)
	}
	// all on the ballot are asked, or a reason why not is recorded and printed
	left, err := survey.Unrepresented(tx, q, c.Respondents)
	if err != nil {
		return nil, err
	}
	add("contestants", when(left == nil, PointMissing), left...)
	if unnumbered := survey.Unnumbered(q, c.Respondents); unnumbered != nil {
		add("numbers", PointMissing, unnumbered...)
	}
	add("address", when(addressless == nil, PointMissing), addressless...)
	if copied != nil {
		add("copies", PointOK, copied...)
	}
	var shared []string
	for _, email := range slices.Sorted(maps.Keys(at)) {
		if len(at[email]) > 1 {
			shared = append(shared, strings.Join(at[email], " / "))
		}
	}
	if shared != nil {
		add("same_address", PointWarn, shared...)
	}
	add("procedure", when(unknown == nil, PointWarn), unknown...)
	add("fit", when(unfit == nil, PointWarn), unfit...)
	if early != nil {
		add("date", PointWarn, early...)
	}
	add("catalogue", when(!q.LockedAt.IsZero(), PointMissing))
	undo, err := survey.WaitingApproval(tx, q.ID, survey.ActUnlock, "")
	if err != nil {
		return nil, err
	}
	if undo != nil {
		add("unlock", PointMissing)
	}
	add("cover", when(q.Cover.Body != "", PointMissing))
	if unrendered != nil {
		add("letter", PointMissing, unrendered...)
	}
	needsMail := slices.ContainsFunc(c.Respondents, survey.Respondent.GetsMail)
	add("mail", when(s.MailReady || !needsMail, PointMissing))
	add("contact", when(c.Email != "" || !needsMail, PointMissing))
	if len(q.Reminders) > 0 {
		add("reminders", when(!slices.ContainsFunc(q.Reminders, func(step survey.ReminderStep) bool { return !step.At(q.Deadline).After(s.At(tx)) }), PointMissing))
	}
	if q.Deadline.At.After(s.At(tx)) {
		add("deadline", when(!q.Deadline.At.Before(s.At(tx).Add(shortNotice)), PointWarn))
	} else {
		add("deadline", PointMissing)
	}
	return list, nil
}
