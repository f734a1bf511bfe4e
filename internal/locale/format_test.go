package locale

import (
	"testing"
	"time"
	_ "time/tzdata"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestDates(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	winter := time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)
	summer := time.Date(2026, 3, 1, 7, 5, 0, 0, time.UTC).AddDate(0, 4, 0)
	for _, test := range []struct{ got, want string }{
		{For("de").DateTime(winter, berlin), "Montag, 23. November 2026, 18:00 Uhr (MEZ)"},
		{For("en").DateTime(winter, berlin), "Monday, 23 November 2026, 18:00 (CET)"},
		{For("de").DateTime(summer, berlin), "Mittwoch, 1. Juli 2026, 09:05 Uhr (MESZ)"},
		{For("en").DateTime(summer, berlin), "Wednesday, 1 July 2026, 09:05 (CEST)"},
		{For("de").DateTime(winter, nil), "Montag, 23. November 2026, 17:00 Uhr (UTC)"},
		{For("de").DateTime(winter, zone(t, "Europe/Helsinki")), "Montag, 23. November 2026, 19:00 Uhr (OEZ)"},
		{For("de").DateTime(winter, zone(t, "America/Sao_Paulo")), "Montag, 23. November 2026, 14:00 Uhr (UTC-03:00)"},
		{For("en").DateTime(winter, time.FixedZone("", 7200)), "Monday, 23 November 2026, 19:00 (UTC+02:00)"},
		{For("de").Date(winter), "23. November 2026"},
		{For("en").Date(winter), "23 November 2026"},
		{For("de").ShortDate(summer), "01.07.2026"},
		{For("en").ShortDate(summer), "1 Jul 2026"},
		{For("de").ShortDateTime(summer.In(berlin)), "01.07.2026, 09:05"},
		{For("en").Time(winter), "17:00"},
		{ForPage("de").DateTime(winter, berlin), "Montag, 23.\u00a0November 2026, 18:00\u00a0Uhr\u00a0(MEZ)"},
		{ForPage("en").DateTime(winter, berlin), "Monday, 23\u00a0November 2026, 18:00\u00a0(CET)"},
		{ForPage("de").ShortDateTime(summer), "01.07.2026,\u00a007:05"},
		{ForPage("en").ShortDateTime(summer), "1\u00a0Jul\u00a02026,\u00a007:05"},
	} {
		if test.got != test.want {
			t.Errorf("%q, not %q", test.got, test.want)
		}
	}
}

func TestNumbersAndLists(t *testing.T) {
	de, en := For("de"), For("en")
	for _, test := range []struct{ got, want string }{
		{de.Number(1444), "1.444"}, {en.Number(1444), "1,444"}, {de.Number(8), "8"}, {de.Number(-12345), "-12.345"},
		{de.Bytes(0), "0 B"}, {de.Bytes(999), "999 B"}, {de.Bytes(1000), "1 kB"}, {de.Bytes(1_440_000), "1,4 MB"}, {en.Bytes(1_440_000), "1.4 MB"},
		{de.Bytes(214_300), "214 kB"}, {de.Bytes(999_600), "1 MB"}, {de.Bytes(5_000_000_000_000_000), "5.000 TB"},
		{de.Join(nil), ""}, {de.Join([]string{"A"}), "A"}, {de.Join([]string{"A", "B"}), "A und B"}, {de.Join([]string{"A", "B", "C"}), "A, B und C"}, {en.Join([]string{"A", "B", "C"}), "A, B and C"},
	} {
		if test.got != test.want {
			t.Errorf("%q, not %q", test.got, test.want)
		}
	}
}
