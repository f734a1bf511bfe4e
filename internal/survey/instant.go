package survey

import (
	"sync"
	"time"
	_ "time/tzdata" // zones must resolve on a machine without a zone database
)

// A Clock tells the time; tests set it.
type Clock interface {
	Now() time.Time
}

// At is the instant of a transaction. The clock is read once for each, so that all it judges and notes is of one instant.
func (s *Kernel) At(tx *Tx) time.Time {
	if tx.at.IsZero() {
		tx.at = s.Now()
	}
	return tx.at
}

// SystemClock is the real time.
type SystemClock struct{}

// Now returns the time of day in UTC.
func (SystemClock) Now() time.Time { return time.Now().UTC() }

// DefaultZone is the zone a deadline is typed in unless another is chosen.
const DefaultZone = "Europe/Berlin"

// localLayout is what a browser's datetime-local field sends.
const localLayout = "2006-01-02T15:04"

// An Instant is one point in time as somebody set it: stored in UTC, with the zone it was thought in and the local time
// that was typed. The zero Instant means "not set".
type Instant struct {
	At    time.Time `json:"at,omitzero"`
	Zone  string    `json:"zone,omitempty"`  // IANA name
	Local string    `json:"local,omitempty"` // 2026-10-25T18:00, as typed
	Given Stamp     `json:"given,omitempty"` // RFC 3339 text of an import, returned as given
}

// IsZero tells whether no instant is set.
func (i Instant) IsZero() bool { return i.At.IsZero() }

// zones are the time zones that were asked for, by their IANA names.
var zones sync.Map

// Zone is time.LoadLocation, which reads and parses a file each time, and does so once for each zone.
func Zone(name string) (*time.Location, error) {
	if zone, ok := zones.Load(name); ok {
		return zone.(*time.Location), nil
	}
	zone, err := time.LoadLocation(name)
	if err == nil {
		zones.Store(name, zone)
	}
	return zone, err
}

// Location returns the zone of the instant, UTC if it has none. An offset as given is that of the default zone where both agree, so that
// it is told by its name.
func (i Instant) Location() *time.Location {
	if loc, err := Zone(i.Zone); err == nil && i.Zone != "" {
		return loc
	}
	if t, err := i.Given.Time(); err == nil {
		if home, err := Zone(DefaultZone); err == nil && t.Format("-07:00") == t.In(home).Format("-07:00") {
			return home
		}
		return t.Location()
	}
	return time.UTC
}

// In returns the instant as a time in its own zone.
func (i Instant) In() time.Time { return i.At.In(i.Location()) }

// Stamp returns the RFC 3339 text of the instant: as given by an import, else in its own zone.
func (i Instant) Stamp() Stamp {
	if i.Given != "" || i.IsZero() {
		return i.Given
	}
	return StampOf(i.In())
}

// The years of every date and time that is typed or imported. What lies beyond is a slip; the last years of four digits would
// become five in another zone, which JSON cannot carry, and workbooks know nothing before 1900.
const (
	firstYear = 1900
	lastYear  = 2199
)

// SoundYear tells whether a date or time, in the zone it was given in, is of a year that can be meant.
func SoundYear(t time.Time) bool { return t.Year() >= firstYear && t.Year() <= lastYear }

// ParseDay reads a day such as 2026-10-25, at its beginning in UTC. One that is none is error.date, one of another century
// error.time.year.
func ParseDay(day string) (at time.Time, key string) {
	at, err := time.Parse(time.DateOnly, day)
	switch {
	case err != nil:
		return time.Time{}, "error.date"
	case !SoundYear(at):
		return time.Time{}, "error.time.year"
	}
	return at, ""
}

// ParseInstant reads a typed local time in a zone. A local time that does not exist (the hour skipped in spring) is
// refused with error.time.missing; one that happens twice (the hour repeated in autumn) with error.time.ambiguous unless
// choice is "first" or "second". An unreadable time is error.time.format, one of another century error.time.year, an unknown
// zone error.time.zone.
func ParseInstant(local, zone, choice string) (instant Instant, key string) {
	loc, err := Zone(zone)
	if err != nil || zone == "" || zone == "Local" {
		return Instant{Local: local, Zone: zone}, "error.time.zone"
	}
	wall, err := time.Parse(localLayout, local)
	if err != nil || wall.Format(localLayout) != local { // time.Parse also takes 2:30
		return Instant{Local: local, Zone: zone}, "error.time.format"
	}
	if !SoundYear(wall) {
		return Instant{Local: local, Zone: zone}, "error.time.year"
	}
	// Every offset in force within a day of the wall time is tried: those that lead back to the typed time are its instants.
	var found []time.Time
	for _, probe := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := wall.Add(probe).In(loc).Zone()
		at := wall.Add(-time.Duration(offset) * time.Second)
		if at.In(loc).Format(localLayout) == local && (len(found) == 0 || !found[0].Equal(at)) {
			found = append(found, at)
		}
	}
	if len(found) == 2 && found[1].Before(found[0]) {
		found[0], found[1] = found[1], found[0]
	}
	instant = Instant{Zone: zone, Local: local}
	switch {
	case len(found) == 0:
		return instant, "error.time.missing"
	case len(found) == 2 && choice != "first" && choice != "second":
		return instant, "error.time.ambiguous"
	case len(found) == 2 && choice == "second":
		instant.At = found[1]
	default:
		instant.At = found[0]
	}
	return instant, ""
}

// A Stamp is a time as RFC 3339 text, kept as it was given: offset, "Z" and fractions return unchanged. "" is none.
type Stamp string

// StampOf returns t as a Stamp in its own offset, to the second.
func StampOf(t time.Time) Stamp {
	if t.IsZero() {
		return ""
	}
	return Stamp(t.Format(time.RFC3339))
}

// dayAlone tells whether it is a day without an hour.
func (s Stamp) dayAlone() bool {
	_, err := time.Parse(time.DateOnly, string(s))
	return err == nil
}

// Time reads the stamp.
func (s Stamp) Time() (time.Time, error) { return time.Parse(time.RFC3339, string(s)) }
