package web

import (
	"pruefstein/internal/survey"
	"pruefstein/templates"
)

// ListPage lists questionnaires with what came back to them.
type ListPage struct {
	templates.Base
	Lead           string
	Questionnaires []ListItem
	Empty          templates.Empty
}

// ListItem is a questionnaire on a ListPage.
type ListItem struct {
	Title, Href, Election, Deadline string
	Returned                        string
	Waiting                         string // what is to be checked; may be empty
	Phase                           templates.Badge
}

// ListItem prints what every list says of a questionnaire, with a link to its page in a folder.
func (r *Request) ListItem(folder string, q survey.Listed) ListItem {
	return ListItem{Title: q.Questionnaire.Title, Href: folder + string(q.Questionnaire.Slug), Election: q.Election.Name,
		Deadline: r.Instant(q.Questionnaire.Deadline), Phase: r.PhaseBadge(q.Phase)}
}
