package survey_test

import (
	"testing"
	"time"

	"pruefstein/internal/survey"
)

// What was said of the mails to a party decides what its silence is.
func TestAsDelivered(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 11, 23, hour, 0, 0, 0, time.UTC) }
	sent := func(hour int, to string) survey.Mail {
		return survey.Mail{Kind: survey.MailInvitation, To: to, State: survey.MailSent, Attempts: 1, LastAttempt: at(hour), SentAt: at(hour)}
	}
	refused := func(hour int, to string) survey.Mail {
		return survey.Mail{Kind: survey.MailInvitation, To: to, State: survey.MailFailed, Attempts: 1, LastAttempt: at(hour), Reply: "550 unbekannt"}
	}
	bounced := func(hour, noted int, to string) survey.Mail {
		m := sent(hour, to)
		m.Bounced = &survey.Bounce{Day: "2026-11-23", Said: "Postfach voll", At: at(noted)}
		return m
	}
	of := func(m survey.Mail, change func(*survey.Mail)) survey.Mail { change(&m); return m }
	copied := func(m survey.Mail) survey.Mail { m.Copy = true; return m }
	const a, b = "a@partei.example", "b@partei.example"
	decided := func(hour int) *survey.DeliveryFailure {
		return &survey.DeliveryFailure{Reason: "ging ans Telefon", At: at(hour)}
	}
	for name, test := range map[string]struct {
		mails   []survey.Mail
		reached *survey.DeliveryFailure
		lost    bool
	}{
		"no mail":                                {nil, nil, false},
		"accepted":                               {[]survey.Mail{sent(1, a)}, nil, false},
		"refused":                                {[]survey.Mail{refused(1, a)}, nil, true},
		"given up without a reply":               {[]survey.Mail{of(refused(1, a), func(m *survey.Mail) { m.Reply, m.NoReply = "timeout", true })}, nil, true},
		"waits for its first attempt":            {[]survey.Mail{{Kind: survey.MailInvitation, To: a, State: survey.MailQueued}}, nil, false},
		"put off":                                {[]survey.Mail{of(refused(1, a), func(m *survey.Mail) { m.State, m.Reply = survey.MailQueued, "451 später" })}, nil, false},
		"refused and tried again":                {[]survey.Mail{of(refused(1, a), func(m *survey.Mail) { m.State = survey.MailQueued })}, nil, true},
		"refused and stopped":                    {[]survey.Mail{of(refused(1, a), func(m *survey.Mail) { m.State = survey.MailRevoked })}, nil, true},
		"accepted, then refused":                 {[]survey.Mail{sent(1, a), refused(2, a)}, nil, true},
		"accepted, then twice refused":           {[]survey.Mail{sent(1, a), refused(2, b), refused(3, a)}, nil, true},
		"refused, then accepted":                 {[]survey.Mail{refused(1, a), sent(2, b)}, nil, false},
		"refused, a reminder accepted":           {[]survey.Mail{refused(1, a), of(sent(2, a), func(m *survey.Mail) { m.Kind = survey.MailReminder })}, nil, false},
		"refused, a notice accepted":             {[]survey.Mail{refused(1, a), of(sent(2, a), func(m *survey.Mail) { m.Kind = survey.MailNotice })}, nil, true},
		"a notice refused":                       {[]survey.Mail{sent(1, a), of(refused(2, a), func(m *survey.Mail) { m.Kind = survey.MailNotice })}, nil, false},
		"came back":                              {[]survey.Mail{bounced(1, 5, a)}, nil, true},
		"came back, sent there again":            {[]survey.Mail{bounced(1, 5, a), sent(6, a)}, nil, false},
		"came back, another was under way":       {[]survey.Mail{bounced(1, 5, a), sent(2, a)}, nil, true},
		"came back, another went elsewhere":      {[]survey.Mail{bounced(1, 5, a), sent(2, b)}, nil, false},
		"came back, the next one too":            {[]survey.Mail{bounced(1, 5, a), bounced(6, 7, b)}, nil, true},
		"a copy refused":                         {[]survey.Mail{sent(1, a), copied(refused(2, b))}, nil, false},
		"a copy came back, nothing else went":    {[]survey.Mail{copied(bounced(1, 5, b))}, nil, false},
		"refused, a copy accepted":               {[]survey.Mail{refused(1, a), copied(sent(2, b))}, nil, true},
		"refused, then sent on purpose":          {[]survey.Mail{refused(1, a), copied(sent(2, b)), sent(3, b)}, nil, false},
		"refused, then decided":                  {[]survey.Mail{refused(1, a)}, decided(2), false},
		"decided, then refused again":            {[]survey.Mail{refused(1, a), refused(3, a)}, decided(2), true},
		"came back before, noted after deciding": {[]survey.Mail{bounced(1, 5, a)}, decided(6), false},
	} {
		r := survey.Respondent{ID: "fm", AskedAt: at(0), Procedure: survey.Procedure{Channel: survey.ChannelForm}, Reached: test.reached}
		q := survey.Questionnaire{DispatchedAt: at(0), Deadline: survey.Instant{At: at(12)}}
		seen := r.AsDelivered(test.mails)
		if seen.NotReached.Undecided() != test.lost {
			t.Errorf("%s: %+v, want lost %t", name, seen.NotReached, test.lost)
		}
		for now, status := range map[time.Time]survey.Status{at(11): survey.Pending, at(13): survey.NoAnswer} {
			if test.lost {
				status = survey.NotReached
			}
			if got := survey.CellAt(q, seen, "f1", nil, now); got.Status != status || got.Reason != "" {
				t.Errorf("%s at %s: %+v, want %s", name, now, got, status)
			}
		}
		r.NotReached = &survey.DeliveryFailure{Reason: "Adresse besteht nicht mehr"}
		if got := survey.CellAt(q, r.AsDelivered(test.mails), "f1", nil, at(13)); got.Reason != r.NotReached.Reason {
			t.Errorf("%s: %+v, though it was decided", name, got)
		}
	}
	portal := survey.Respondent{Procedure: survey.Procedure{Channel: survey.ChannelPortal}}
	if portal.AsDelivered([]survey.Mail{refused(1, a)}).NotReached != nil {
		t.Error("a mail decides of a party that is asked in its own form")
	}
}

// A dispatch went to whom a mail of it left, once each, whatever was tried.
func TestTold(t *testing.T) {
	mail := func(r survey.RespondentID, state survey.MailState, reply string) survey.Mail {
		return survey.Mail{Respondent: r, Dispatch: "d", State: state, Attempts: 1, Reply: reply}
	}
	copied := func(m survey.Mail) survey.Mail { m.Copy = true; return m }
	bounced := mail("a", survey.MailSent, "250 ok")
	bounced.Bounced = &survey.Bounce{Said: "voll"}
	never := survey.Mail{Respondent: "a", Dispatch: "d", State: survey.MailRevoked}
	for name, test := range map[string]struct {
		mails       []survey.Mail
		count, lost int
	}{
		"nothing":                             {nil, 0, 0},
		"of another dispatch":                 {[]survey.Mail{{Respondent: "a", Dispatch: "e", State: survey.MailSent}}, 0, 0},
		"accepted, and one waits":             {[]survey.Mail{mail("a", survey.MailSent, "250 ok"), mail("b", survey.MailQueued, "")}, 2, 0},
		"stopped before it went":              {[]survey.Mail{never}, 0, 0},
		"stopped, another took its place":     {[]survey.Mail{never, mail("a", survey.MailSent, "250 ok")}, 1, 0},
		"refused":                             {[]survey.Mail{mail("a", survey.MailFailed, "550 unbekannt")}, 1, 1},
		"refused twice":                       {[]survey.Mail{mail("a", survey.MailFailed, "550 unbekannt"), mail("a", survey.MailFailed, "550 unbekannt")}, 1, 1},
		"refused and stopped":                 {[]survey.Mail{mail("a", survey.MailRevoked, "550 unbekannt")}, 1, 1},
		"refused, then accepted":              {[]survey.Mail{mail("a", survey.MailFailed, "550 unbekannt"), mail("a", survey.MailSent, "250 ok")}, 1, 0},
		"came back":                           {[]survey.Mail{bounced}, 1, 1},
		"refused, a copy accepted":            {[]survey.Mail{mail("a", survey.MailFailed, "550 unbekannt"), copied(mail("a", survey.MailSent, "250 ok"))}, 1, 1},
		"accepted, a copy refused":            {[]survey.Mail{mail("a", survey.MailSent, "250 ok"), copied(mail("a", survey.MailFailed, "550 unbekannt"))}, 1, 0},
		"only a copy is left":                 {[]survey.Mail{never, copied(mail("a", survey.MailSent, "250 ok"))}, 0, 0},
		"one came back, another was accepted": {[]survey.Mail{bounced, mail("b", survey.MailSent, "250 ok")}, 2, 1},
	} {
		if count, lost := survey.Told(test.mails, "d"); count != test.count || lost != test.lost {
			t.Errorf("%s: %d, %d lost", name, count, lost)
		}
	}
}
