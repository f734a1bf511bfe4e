package app

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pruefstein/internal/survey"
)

// A report that says something else than the record from its publication is named.
func TestCheckComparesTheTreatment(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file, data := filepath.Join(folder, "rathaus.json"), filepath.Join(folder, "data")
	report := strings.NewReplacer(`"pruefstein/1"`, `"pruefstein/1.1"`, `"title": "Fragen an das Rathaus"`,
		`"title": "Fragen an das Rathaus", "treatment": {"asked": 1, "dispatched_at": "2031-01-10T10:00:00+01:00"}`).Replace(smallImport)
	if err := os.WriteFile(file, []byte(report), 0o600); err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	if code := Main(t.Context(), []string{"import", "--publish", "--data", data, file}, io.Discard, &errs); code != 0 {
		t.Fatal(errs.String())
	}
	checked := func() string {
		var out strings.Builder
		Main(t.Context(), []string{"check", "--data", data}, &out, &out)
		return out.String()
	}
	if out := checked(); !strings.Contains(out, "No faults.") {
		t.Fatal(out)
	}
	for name, other := range map[string]survey.Treatment{"another": {Asked: 2, DispatchedAt: "2031-01-10T10:00:00+01:00"}, "none": {}} {
		c, err := openCore(t.Context(), data, "", nil, false)
		if err != nil {
			t.Fatal(err)
		}
		err = c.store.Update(t.Context(), func(tx *survey.Tx) error {
			for detail, err := range tx.PublicationDetails.List("") {
				if err != nil {
					return err
				}
				detail.Treatment = other
				return tx.PublicationDetails.Put(detail)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if out := checked(); !strings.Contains(out, "daten.json: its equal-treatment report is not the one that was recorded") {
			t.Error(name, out)
		}
	}
}
