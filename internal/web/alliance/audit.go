package alliance

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"pruefstein/internal/web"
	"pruefstein/templates"
)

// auditPage is the log of who did what.
type auditPage struct {
	templates.Base
	Entries []auditRow
}

type auditRow struct {
	At, Machine        string // Machine is At in RFC 3339
	Who, What, Subject string
	Before, After      string // what it was and is, "" both where the act notes no state
}

func (s *Room) auditPage(r *web.Request) error {
	entries, names, err := s.Alliance.AuditLog(r.Request.Context(), r.Actor, 500)
	if err != nil {
		return err
	}
	p := auditPage{Base: web.AdminBase(r, "alliance.protokoll.title")}
	for _, e := range entries {
		at := web.LocalTime(e.At)
		row := auditRow{At: p.ShortDateTime(at), Machine: at.Format(time.RFC3339), Who: p.who(names, e.Who),
			What: p.Must("alliance.audit." + e.What), Subject: p.about(names, e.Subject)}
		if e.From != e.To {
			row.Before, row.After = p.state(names, e.What, e.From, e.To), p.state(names, e.What, e.To, e.From)
		}
		p.Entries = append(p.Entries, row)
	}
	return r.Page(http.StatusOK, "alliance/audit", p)
}

// who says who did it.
func (p auditPage) who(names map[string]string, who string) string {
	party, isParty := strings.CutPrefix(who, "party:")
	switch {
	case who == "":
		return p.Must("alliance.protokoll.nobody")
	case who == "console":
		return p.Must("alliance.protokoll.console")
	case isParty && names[party] != "":
		return p.Must("alliance.protokoll.party", "Party", names[party])
	case names[who] != "":
		return names[who]
	}
	return p.Must("alliance.protokoll.deleted")
}

// about names what it was done to: the parts of the subject that have a name, and its version.
func (p auditPage) about(names map[string]string, subject string) string {
	if strings.HasPrefix(subject, "/") {
		return subject // a kind of page
	}
	var parts []string
	for part := range strings.SplitSeq(subject, "/") {
		if n, err := strconv.Atoi(part); err == nil {
			parts = append(parts, p.Must("compare.meta.version_of", "Version", n))
		} else if name := names[part]; name != "" {
			parts = append(parts, name)
		}
	}
	return strings.Join(parts, ", ")
}

// state says in words what an act notes of one side of a change; other is the other side.
func (p auditPage) state(names map[string]string, what, state, other string) string {
	switch {
	case what == "invite_late":
		return p.Must("send.state." + state)
	case what == "posted" && state != "":
		return p.Must("alliance.audit_some.posted", "State", web.ShortDay(p.Printer, state))
	case what == "standing" && state != "":
		return p.Must("common.contest." + state)
	case what == "extend" || what == "own_date" || what == "end":
		return p.wallTime(state)
	case what == "alliance":
		return p.rules(state, other)
	case what == "person":
		return p.rights(names, state)
	case state == "":
		return p.Must("alliance.audit_none." + what)
	}
	return p.Must("alliance.audit_some."+what, "State", state)
}

// wallTime prints a local time and its zone as they were typed, "2026-10-25T18:00 Europe/Berlin".
func (p auditPage) wallTime(state string) string {
	local, zone, _ := strings.Cut(state, " ")
	at, err := time.Parse("2006-01-02T15:04", local)
	if err != nil {
		return state
	}
	return p.ShortDateTime(at) + " (" + zone + ")"
}

// rules lists the two-person rules that differ from the other side.
func (p auditPage) rules(state, other string) string {
	var list []string
	theirs := strings.Fields(other)
	for rule := range strings.FieldsSeq(state) {
		if name, value, ok := strings.Cut(rule, "="); ok && !slices.Contains(theirs, rule) {
			key := "alliance.buendnis.rule_" + value
			list = append(list, p.Must("alliance.buendnis."+name)+": "+p.Must(key))
		}
	}
	return p.Join(list)
}

// rights lists what a person may do.
func (p auditPage) rights(names map[string]string, state string) string {
	var list []string
	for right := range strings.FieldsSeq(state) {
		kind, group, inGroup := strings.Cut(right, ":")
		switch {
		case inGroup:
			list = append(list, p.Must("alliance.personen."+kind, "Group", names[group]))
		case kind == "disabled":
			list = append(list, p.Must("alliance.personen.disabled"))
		default:
			list = append(list, p.Must("common.role."+kind))
		}
	}
	if len(list) == 0 {
		return p.Must("alliance.audit_none.person")
	}
	return p.Join(list)
}
