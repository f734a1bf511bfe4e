package demo

import (
	"path"
	"strings"

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
	if ext == "" || string(survey.SlugOf(ext[1:])) != ext[1:] {
		return ""
	}
	return ext
}
