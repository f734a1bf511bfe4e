package publish

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"pruefstein/internal/compare"
	"pruefstein/internal/ledger"
	"pruefstein/internal/survey"
)

func logInto(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// While a party still has time, nothing public tells how many have submitted; afterwards the checkpoints are there, and they
// are those that the publication was bound to.
func TestCheckpointsAreHeldBack(t *testing.T) {
	h := newHouse(t)
	imported := survey.Questionnaire{ID: "i", Slug: "rathaus-2019", Title: "Fragen von 2019", Election: "e", Imported: true}
	h.put(t, func(tx *survey.Tx) error {
		if err := tx.Questionnaires.Put(imported); err != nil {
			return err
		}
		return tx.Catalogues.Put(survey.Catalogue{Questionnaire: "i", Questions: []survey.CatalogueQuestion{{ID: "q01", Number: 1, Kind: survey.KindText, Text: "Wann?"}}})
	})
	h.publish(t)
	if _, err := h.Publish(t.Context(), survey.Actor{Console: true}, "i", compare.PreparePublication{}); err != nil {
		t.Fatal(err)
	}
	records, err := h.Service.PublicationRecords(t.Context())
	if err != nil || len(records) != 2 {
		t.Fatal(records, err)
	}
	verifier := h.Service.Ledger.Verifier()
	for i, r := range records {
		place := filepath.Join(h.folder, string(r.Slug), "1")
		before, err := ledger.OpenCheckpoint(r.Before, verifier)
		if err != nil || before.N != map[survey.Slug]int64{"nordmark-2026": 0, "rathaus-2019": 1}[r.Slug] || !r.Held {
			t.Fatalf("%d: %v, %v, held %v", i, before, err, r.Held)
		}
		// neither the sizes nor what would give them away stands in any file
		for name, text := range tree(t, place) {
			for _, secret := range []string{r.Before, r.Checkpoint, before.Hash.String(), h.Service.Ledger.Origin() + "\n", "— " + h.Service.Ledger.Origin()} {
				if strings.Contains(text, secret) {
					t.Errorf("%s/%s: %q", r.Slug, name, secret)
				}
			}
			if name == "vergleich.xlsx" && !strings.Contains(cells(t, filepath.Join(place, name)), fmt.Sprintf("%x", sha256.Sum256([]byte(r.Before)))) {
				t.Error("the workbook lacks the hash")
			}
		}
		for _, path := range []string{checkpointName, beforeName} {
			if w := h.get(t, "/vergleich/"+string(r.Slug)+"/"+path); w.Code != 404 {
				t.Errorf("%s: %d", path, w.Code)
			}
		}
		page := h.get(t, "/vergleich/"+string(r.Slug)+"/").Body.String()
		if !strings.Contains(page, "verrät, wie viel schon eingegangen ist") || strings.Contains(page, `href="checkpoint`) {
			t.Error("the start page does not say what is there")
		}
	}
	if faults := append(h.Library.Faults(), h.open(t).Faults()...); len(faults) > 0 {
		t.Error(faults)
	}

	// the first respondents' date is over, that of the last is not
	h.clock.Advance(23 * time.Hour)
	if err := h.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if w := h.get(t, "/vergleich/rathaus-2019/"+checkpointName); w.Code != 404 {
		t.Error("too early")
	}
	// another questionnaire that goes out afterwards holds nothing back: its submissions are not counted there
	h.put(t, func(tx *survey.Tx) error {
		return tx.Questionnaires.Put(survey.Questionnaire{ID: "q2", Slug: "later", Election: "e", LockedAt: h.clock.Now(), DispatchedAt: h.clock.Now(),
			Deadline: survey.Instant{At: h.clock.Now().Add(1000 * time.Hour), Zone: survey.DefaultZone}})
	})
	h.clock.Advance(time.Hour)
	if err := h.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		var m Manifest
		if err := json.Unmarshal(h.get(t, "/vergleich/"+string(r.Slug)+"/manifest.json").Body.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		before := h.get(t, string("/vergleich/"+r.Slug+"/"+beforeName)).Body.String()
		if fmt.Sprintf("%x", sha256.Sum256([]byte(before))) != m.Held || m.Checkpoint != "" {
			t.Errorf("%q is not what the manifest has the hash of", before)
		}
		after := h.get(t, string("/vergleich/"+r.Slug+"/v1/"+checkpointName)).Body.String()
		if tree, err := ledger.OpenCheckpoint(after, verifier); err != nil || tree.N != r.Leaf+1 {
			t.Errorf("%v, %v", tree, err)
		}
	}
	if faults := append(h.Library.Faults(), h.open(t).Faults()...); len(faults) > 0 {
		t.Error(faults)
	}
}

// Where nobody has time any more, the checkpoint stands in the publication itself.
func TestCheckpointIsShownWhenAllDatesAreOver(t *testing.T) {
	h := newHouse(t)
	h.clock.Advance(24 * time.Hour)
	h.publish(t)
	if w := h.get(t, "/vergleich/nordmark-2026/checkpoint.txt"); w.Code != 200 || !strings.Contains(w.Body.String(), h.Service.Ledger.Origin()) {
		t.Errorf("%d", w.Code)
	}
	page := h.get(t, "/vergleich/nordmark-2026/").Body.String()
	if !strings.Contains(page, h.Service.Ledger.Origin()) || !strings.Contains(page, `href="checkpoint.txt"`) {
		t.Error("not on the start page")
	}
	if faults := append(h.Library.Faults(), h.open(t).Faults()...); len(faults) > 0 {
		t.Error(faults)
	}
}

// cells are all texts of a workbook.
func cells(t *testing.T, name string) string {
	t.Helper()
	book, err := excelize.OpenFile(name)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	var all strings.Builder
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			all.WriteString(strings.Join(row, "\n") + "\n")
		}
	}
	return all.String()
}
