package web

import (
	"path"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// ownLink returns the address a line of a mail consists of, if it leads to this application.
func ownLink(line, baseURL string) string {
	address := strings.TrimSpace(line)
	if !strings.HasPrefix(address, baseURL+"/") || strings.ContainsAny(address, " \t") {
		return ""
	}
	return strings.TrimPrefix(address, baseURL)
}

// extension returns the extension of a file name if it is a plain one.
func extension(name string) string {
	ext := path.Ext(name)
	if ext == "" || survey.Slug(ext[1:]) != ext[1:] {
		return ""
	}
	return ext
}

// officeZone is where the alliance's clocks hang.
var officeZone = loadZone(survey.DefaultZone)

func loadZone(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // the zone database is part of the program
	}
	return loc
}

// localTime is an instant as the clocks of the alliance show it.
func localTime(t time.Time) time.Time { return t.In(officeZone) }
