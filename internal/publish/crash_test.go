package publish

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"pruefstein/internal/compare"
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
			plan, ready, err := h.Service.PreparePublication(t.Context(), coordinator, "q", compare.PreparePublication{Seen: h.seen(t)})
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
				record, err := h.makeAndCommit(t.Context(), coordinator, plan, folder)
				if err != nil {
					t.Fatal(err)
				}
				for _, step := range h.steps(record, folder)[:stop-1] {
					if err := step(); err != nil {
						t.Fatal(err)
					}
				}
			}
			library := h.open(t) // the next start
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
			if faults := append(library.Faults(), h.open(t).Faults()...); len(faults) > 0 {
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
				h.clock.Advance(24 * time.Hour) // now nobody has time any more
				records, err := h.Service.PublicationRecords(t.Context())
				if err := errors.Join(err, next.Recover(t.Context())); err != nil {
					t.Fatal(err)
				}
				if next.get(t, "/vergleich/nordmark-2026/checkpoint.txt").Body.String() != records[1].Checkpoint {
					t.Error("not the checkpoint")
				}
			}
		})
	}
}

// P11: readers need the folder and nothing else.
func TestWithoutDatabase(t *testing.T) {
	h := newHouse(t)
	h.publish(t)
	library, err := Open(h.folder, nil)
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

// A disk that is full after the commit: the office is told what became of the publication, and it is finished by itself.
func TestFullDiskAfterTheCommit(t *testing.T) {
	h := newHouse(t)
	next := filepath.Join(h.shelf("nordmark-2026"), currentName+nextSuffix)
	if err := errors.Join(os.MkdirAll(filepath.Dir(next), 0o755), os.Symlink("/dev/full", next)); err != nil {
		t.Fatal(err)
	}
	_, err := h.Publish(t.Context(), coordinator, "q", compare.PreparePublication{Seen: h.seen(t)})
	if e := new(survey.Error); !errors.As(err, &e) || e.Code != survey.Unavailable || e.Key != "error.publication_unfinished" || !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if err := os.Remove(next); err != nil {
		t.Fatal(err)
	}
	if err := h.Recover(t.Context()); err != nil || len(h.Library.List()) != 1 || len(h.Library.Faults()) > 0 {
		t.Error(err, h.Library.List(), h.Library.Faults())
	}
}
