package survey_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"pruefstein/internal/memory"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
)

// However late in a transaction somebody asks, it is the same instant.
func TestATransactionHasOneInstant(t *testing.T) {
	clock := testkit.NewClock(time.Date(2026, 11, 30, 16, 59, 59, 0, time.UTC))
	k := &survey.Kernel{Store: memory.New(), Clock: clock}
	for range 2 {
		now := k.Now()
		if err := k.View(t.Context(), func(tx *survey.Tx) error {
			for range 2 {
				if at := k.At(tx); !at.Equal(now) {
					t.Errorf("%s, want %s", at, now)
				}
				clock.Advance(time.Second)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestParseInstant(t *testing.T) {
	for _, c := range []struct{ local, zone, choice, want, key string }{
		{"2026-11-30T18:00", "Europe/Berlin", "", "2026-11-30T17:00:00Z", ""},
		{"2026-07-01T18:00", "Europe/Berlin", "", "2026-07-01T16:00:00Z", ""},
		{"2026-07-01T18:00", "Europe/Berlin", "second", "2026-07-01T16:00:00Z", ""}, // no choice to make, none is taken
		{"2026-03-29T01:59", "Europe/Berlin", "", "2026-03-29T00:59:00Z", ""},
		{"2026-03-29T02:00", "Europe/Berlin", "", "", "error.time.missing"},
		{"2026-03-29T02:30", "Europe/Berlin", "", "", "error.time.missing"},
		{"2026-03-29T02:30", "Europe/Berlin", "first", "", "error.time.missing"},
		{"2026-03-29T03:00", "Europe/Berlin", "", "2026-03-29T01:00:00Z", ""},
		{"2026-10-25T01:59", "Europe/Berlin", "", "2026-10-24T23:59:00Z", ""},
		{"2026-10-25T02:30", "Europe/Berlin", "", "", "error.time.ambiguous"},
		{"2026-10-25T02:30", "Europe/Berlin", "both", "", "error.time.ambiguous"},
		{"2026-10-25T02:30", "Europe/Berlin", "first", "2026-10-25T00:30:00Z", ""},
		{"2026-10-25T02:30", "Europe/Berlin", "second", "2026-10-25T01:30:00Z", ""},
		{"2026-10-25T03:00", "Europe/Berlin", "", "2026-10-25T02:00:00Z", ""},
		{"2026-03-08T02:30", "America/New_York", "", "", "error.time.missing"},
		{"2026-11-01T01:30", "America/New_York", "", "", "error.time.ambiguous"},
		{"2026-11-01T01:30", "America/New_York", "first", "2026-11-01T05:30:00Z", ""},
		{"2026-11-01T01:30", "America/New_York", "second", "2026-11-01T06:30:00Z", ""},
		{"2026-05-01T12:00", "Asia/Kathmandu", "", "2026-05-01T06:15:00Z", ""},
		{"2026-05-01T12:00", "Pacific/Chatham", "", "2026-04-30T23:15:00Z", ""},
		{"2026-04-05T02:45", "Australia/Lord_Howe", "", "2026-04-04T16:15:00Z", ""}, // half an hour of summer time
		{"2026-04-05T01:45", "Australia/Lord_Howe", "", "", "error.time.ambiguous"},
		{"2011-12-30T12:00", "Pacific/Apia", "", "", "error.time.missing"},      // a day that was left out
		{"1905-01-01T12:00", "Africa/Monrovia", "", "1905-01-01T12:43:08Z", ""}, // local mean time
		{"1899-12-31T23:59", "Europe/Berlin", "", "", "error.time.year"},
		{"1900-01-01T00:00", "Asia/Tokyo", "", "1899-12-31T15:00:00Z", ""},
		{"2199-12-31T23:59", "America/New_York", "", "2200-01-01T04:59:00Z", ""},
		{"2200-01-01T00:00", "Europe/Berlin", "", "", "error.time.year"},
		{"9999-12-31T23:59", "America/New_York", "", "", "error.time.year"}, // five digits in UTC
		{"0000-01-01T00:00", "Asia/Tokyo", "", "", "error.time.year"},
		{"10000-01-01T00:00", "UTC", "", "", "error.time.format"},
		{"-001-01-01T00:00", "UTC", "", "", "error.time.format"},
		{"2026-02-29T12:00", "Europe/Berlin", "", "", "error.time.format"},
		{"2026-11-30", "Europe/Berlin", "", "", "error.time.format"},
		{"2026-11-30T2:30", "Europe/Berlin", "", "", "error.time.format"},
		{"30.11.2026 18:00", "Europe/Berlin", "", "", "error.time.format"},
		{"2026-11-30T18:00:00", "Europe/Berlin", "", "", "error.time.format"},
		{"2026-11-30T24:00", "Europe/Berlin", "", "", "error.time.format"},
		{"", "Europe/Berlin", "", "", "error.time.format"},
		{"2026-11-30T18:00", "UTC", "", "2026-11-30T18:00:00Z", ""},
		{"2026-11-30T18:00", "", "", "", "error.time.zone"},
		{"2026-11-30T18:00", "Local", "", "", "error.time.zone"},
		{"2026-11-30T18:00", "Europe/Nordmark", "", "", "error.time.zone"},
		{"2026-11-30T18:00", "../../etc/localtime", "", "", "error.time.zone"},
	} {
		instant, key := survey.ParseInstant(c.local, c.zone, c.choice)
		got := ""
		if !instant.IsZero() {
			got = instant.At.UTC().Format(time.RFC3339)
		}
		if got != c.want || key != c.key {
			t.Errorf("%s %s %q: %s %s, want %s %s", c.local, c.zone, c.choice, got, key, c.want, c.key)
		}
		if instant.Local != c.local || instant.Zone != c.zone {
			t.Errorf("%s %s: what was typed is lost: %+v", c.local, c.zone, instant)
		}
	}
}

var zones = []string{"Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati", "Africa/Casablanca",
	"America/St_Johns", "Asia/Kathmandu", "Pacific/Chatham", "Antarctica/Troll", "UTC"}

// Every minute of every zone: what an instant shows is what was typed, and no typed time is lost for want of a probe.
func TestInstantShowsWhatWasTyped(t *testing.T) {
	const layout = "2006-01-02T15:04"
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Unix(60*rapid.Int64Range(20_000_000, 40_000_000).Draw(t, "minute"), 0)
		local := at.In(loc).Format(layout)
		instant, key := survey.ParseInstant(local, zone, "")
		if key == "" {
			if shown := instant.In().Format(layout); shown != local || !instant.At.Equal(at) {
				t.Fatalf("%s %s: %s", local, zone, shown)
			}
			return
		}
		first, key1 := survey.ParseInstant(local, zone, "first")
		second, key2 := survey.ParseInstant(local, zone, "second")
		if key != "error.time.ambiguous" || key1+key2 != "" || !first.At.Before(second.At) || !first.At.Equal(at) && !second.At.Equal(at) {
			t.Fatalf("%s %s: %s, %v or %v, not %v", local, zone, key, first.At, second.At, at)
		}
		if first.In().Format(layout) != local || second.In().Format(layout) != local {
			t.Fatalf("%s %s: shown as %v or %v", local, zone, first.In(), second.In())
		}
	})
}

func TestInstantStamp(t *testing.T) {
	berlin, _ := survey.ParseInstant("2026-11-30T18:00", "Europe/Berlin", "")
	at := time.Date(2017, 8, 1, 16, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		instant survey.Instant
		want    survey.Stamp
		zone    string
	}{
		"none":     {survey.Instant{}, "", "UTC"},
		"typed":    {berlin, "2026-11-30T18:00:00+01:00", "Europe/Berlin"},
		"imported": {survey.Instant{At: at, Given: "2017-08-01T18:00:00.000+02:00"}, "2017-08-01T18:00:00.000+02:00", "Europe/Berlin"},
		"winter":   {survey.Instant{At: at.AddDate(0, 5, 0), Given: "2018-01-01T17:00:00+01:00"}, "2018-01-01T17:00:00+01:00", "Europe/Berlin"},
		"foreign":  {survey.Instant{At: at, Given: "2017-08-01T17:00:00+01:00"}, "2017-08-01T17:00:00+01:00", ""}, // no offset of the default zone that day
		"bare":     {survey.Instant{At: at}, "2017-08-01T16:00:00Z", "UTC"},
	} {
		if got := c.instant.Stamp(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if zone := c.instant.Location().String(); c.zone != zone {
			t.Errorf("%s: zone %q", name, zone)
		}
	}
	if got := (survey.Instant{At: at, Given: "2017-08-01T18:00:00+02:00"}).In().Format("15:04"); got != "18:00" {
		t.Errorf("an imported instant shows %s", got)
	}
	if survey.StampOf(time.Time{}) != "" {
		t.Error("no time has a stamp")
	}
}

func TestParseDay(t *testing.T) {
	for day, want := range map[string]string{
		"2026-02-28": "", "1900-01-01": "", "2199-12-31": "", "2026-02-29": "error.date", "": "error.date", "28.02.2026": "error.date", "2026-2-28": "error.date",
		"1899-12-31": "error.time.year", "2200-01-01": "error.time.year", "9999-12-31": "error.time.year", "0000-01-01": "error.time.year", "10000-01-01": "error.date",
	} {
		if at, key := survey.ParseDay(day); key != want || (key == "") != (at.Format(time.DateOnly) == day) {
			t.Errorf("%s: %v %s, want %s", day, at, key, want)
		}
	}
}
