package web

import (
	"strconv"

	"pruefstein/templates"
)

// AccountPage is any of the small forms around signing in: heading, a sentence, fields, one button.
type AccountPage struct {
	templates.Base
	Heading string
	Text    string
	Action  string
	Fields  []templates.Field
	Button  string
	More    []templates.NavItem
}

// FieldGroup is a part of a form under a heading of its own.
type FieldGroup struct {
	Title, Text string
	Fields      []templates.Field
}

// DraftForm is a page that is one form.
type DraftForm struct {
	templates.Base
	Lead, Action, Button string
	Info                 string
	Before               *templates.Empty // what has to be done before
	Tabs                 *templates.Tabs
	Groups               []FieldGroup
	Cancel               templates.NavItem
	Remove               *templates.Confirm
}

// InputOf names the input of a command's field where the page has another field of that name.
func InputOf(faults []templates.FieldError, field, input string) []templates.FieldError {
	for i := range faults {
		if faults[i].FieldID == field {
			faults[i].FieldID = input
		}
	}
	return faults
}

// TypedNumber is a number as a form shows it; 0 is an empty field.
func TypedNumber(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// HiddenField makes a hidden field.
func HiddenField(name, value string) templates.Field {
	return templates.Field{Name: name, Type: "hidden", Value: value}
}

// RequiredField marks a field that needs an entry.
func RequiredField(f templates.Field) templates.Field {
	f.Required = true
	return f
}

// Field makes a field of such a form; a password is never given back.
func (p AccountPage) Field(name, kind, autocomplete, value string) templates.Field {
	f := templates.Field{Name: name, Type: kind, Label: p.Must("alliance.account." + name), Value: value, Autocomplete: autocomplete,
		Required: true, Error: p.ErrorAt(name)}
	if kind == "password" {
		f.Value = ""
	}
	return f
}
