package web

import (
	"time"

	"pruefstein/internal/survey"
)

// officeZone is where the alliance's clocks hang.
var officeZone = func() *time.Location {
	loc, err := time.LoadLocation(survey.DefaultZone)
	if err != nil {
		panic(err) // the zone database is part of the program
	}
	return loc
}()

// LocalTime is an instant as the clocks of the alliance show it.
func LocalTime(t time.Time) time.Time { return t.In(officeZone) }
