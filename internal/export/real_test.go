//go:build real

package export

import (
	"bytes"
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"pruefstein/internal/survey"
)

// soffice lets LibreOffice, which knows nothing of us, read workbooks, and returns the folder with their sheets as CSV files.
func soffice(t *testing.T, workbooks map[string][]byte) (folder string) {
	t.Helper()
	folder = t.TempDir()
	// comma, double quotes, UTF-8, cells as they are shown, every sheet into a file of its own
	args := []string{"-env:UserInstallation=file://" + filepath.Join(folder, "profile"), "--headless",
		"--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1", "--outdir", folder}
	for name, workbook := range workbooks {
		file := filepath.Join(folder, name+".xlsx")
		if err := os.WriteFile(file, workbook, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	if said, err := exec.CommandContext(t.Context(), "soffice", args...).CombinedOutput(); err != nil {
		t.Fatalf("soffice, which make test-real installs: %v\n%s", err, said)
	}
	return folder
}

// trimmed is a sheet without the empty ends of its rows, which a reader may or may not tell.
func trimmed(rows [][]string) (out [][]string) {
	for _, row := range rows {
		for len(row) > 0 && row[len(row)-1] == "" {
			row = row[:len(row)-1]
		}
		out = append(out, append([]string{}, row...))
	}
	for len(out) > 0 && len(out[len(out)-1]) == 0 {
		out = out[:len(out)-1]
	}
	return out
}

// LibreOffice shows in every cell what we wrote into it, whatever it looks like: a formula, a number, a tag, an escape.
func TestRealLibreOfficeReadsTheWorkbook(t *testing.T) {
	workbooks := map[string][]byte{}
	for name, c := range map[string]survey.Comparison{
		"election": conducted(), "theses": theses(),
		"hostile": lookalike(len(hostile), 2, survey.KindText, func(q, _ int) survey.Cell {
			text := "A" + hostile[q] + "B"
			if q%2 == 0 {
				text = hostile[q] + "B"
			}
			return given(survey.Version{Number: 1, Status: survey.Answered, Text: text, Reason: text, ChangeNote: text, Source: text})
		}),
	} {
		workbooks[name] = write(t, XLSX, c)
	}
	folder := soffice(t, workbooks)
	for name, workbook := range workbooks {
		book, err := excelize.OpenReader(bytes.NewReader(workbook))
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		for _, sheet := range book.GetSheetList() {
			want, err := book.GetRows(sheet)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := os.ReadFile(filepath.Join(folder, name+"-"+sheet+".csv"))
			if err != nil {
				t.Fatal(err)
			}
			rows := csv.NewReader(bytes.NewReader(raw))
			rows.FieldsPerRecord = -1
			got, err := rows.ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(trimmed(want), trimmed(got)); diff != "" {
				t.Errorf("%s, %s (-ours +LibreOffice)\n%s", name, sheet, diff)
			}
		}
	}
}
