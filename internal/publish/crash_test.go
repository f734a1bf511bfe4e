package publish

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
)

// Whatever stops the publisher, the next start has the old version or the new one, whole, and no rubbish.
func TestCrashAtEveryStep(t *testing.T) {
	for stop := range 5 {
		t.Run(strconv.Itoa(stop), func(t *testing.T) {
			h := newHouse(t)
			h.publish(t)
			h.clock.Advance(time.Hour)
			h.say(t, "r1", "q01", 2, survey.Version{Status: survey.Answered, Text: "Neue Fassung."})
			plan, ready, err := h.Service.PreparePublication(t.Context(), coordinator, "q", h.seen(t))
			if err != nil || !ready {
				t.Fatal(ready, err)
			}
			folder := filepath.Join(h.shelf("nordmark-2026"), buildingPrefix+"x")
			if err := os.Mkdir(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			if stop == 0 { // while the files are written
				if err := os.WriteFile(filepath.Join(folder, "index.html"), []byte("half"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if stop > 0 {
				publication, checkpoint, err := h.makeAndCommit(t.Context(), coordinator, plan, folder)
				if err != nil {
					t.Fatal(err)
				}
				for _, step := range h.steps(publication, checkpoint, folder)[:stop-1] {
					if err := step(); err != nil {
						t.Fatal(err)
					}
				}
			}
			library, err := Open(h.folder) // the next start
			if err != nil {
				t.Fatal(err)
			}
			next := &house{folder: h.folder, Publisher: &Publisher{Service: h.Service, Engine: engine, Library: library}}
			for range 2 { // once more must change nothing
				if err := next.Recover(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			want := 2
			if stop == 0 {
				want = 1
			}
			if list := library.List(); len(list) != 1 || list[0].Version != want {
				t.Fatalf("after the crash: %+v", list)
			}
			if faults := library.Check(); len(faults) > 0 {
				t.Error(faults)
			}
			entries, err := os.ReadDir(h.shelf("nordmark-2026"))
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, e := range entries {
				names = append(names, e.Name())
			}
			if expected := []string{"1", "2", "current"}; !slices.Equal(names, append(expected[:want:want], "current")) {
				t.Errorf("left: %v", names)
			}
			if want == 2 {
				row, err := h.Service.Publications(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				checkpoint, err := h.Service.PublicationCheckpoint(t.Context(), row[1])
				if err != nil || next.get(t, "/vergleich/nordmark-2026/checkpoint.txt").Body.String() != checkpoint {
					t.Errorf("checkpoint: %v", err)
				}
			}
		})
	}
}

// P11: readers need the folder and nothing else.
func TestWithoutDatabase(t *testing.T) {
	h := newHouse(t)
	h.publish(t)
	library, err := Open(h.folder)
	if err != nil {
		t.Fatal(err)
	}
	alone := &house{Publisher: &Publisher{Library: library}}
	if w := alone.get(t, "/vergleich/nordmark-2026/fragen/1"); w.Code != 200 {
		t.Errorf("%d", w.Code)
	}
	if list := library.List(); len(list) != 1 || list[0].Title != "Wahlprüfsteine Nordmark" || list[0].Returns["en"] == "" {
		t.Errorf("%+v", list)
	}
}

// A damaged publication is named and left out; the others stay.
func TestDamage(t *testing.T) {
	h := newHouse(t)
	h.publish(t)
	page := filepath.Join(h.folder, "nordmark-2026", "1", "fragen", "1.html")
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(page, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if faults := h.Library.Check(); len(faults) != 1 || !strings.Contains(faults[0], "fragen/1.html") {
		t.Errorf("%v", faults)
	}
	if err := os.Truncate(page, 10); err != nil {
		t.Fatal(err)
	}
	library, err := Open(h.folder)
	if err != nil || len(library.List()) != 0 || len(library.Faults()) == 0 {
		t.Errorf("%v %v %v", err, library.List(), library.Faults())
	}
}
