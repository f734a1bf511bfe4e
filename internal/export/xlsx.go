package export

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"pruefstein/internal/survey"
)

// cellLimit is the most UTF-16 units a cell can hold; the library would cut what is over it without a word.
const cellLimit = 32767

// XLSX writes vergleich.xlsx, the workbook for editors and voters.
func XLSX(w io.Writer, c survey.Comparison) error {
	all := sheets(c)
	for _, s := range all {
		if err := s.check(); err != nil {
			return fmt.Errorf("vergleich.xlsx: %w", err)
		}
	}
	if err := faithful(c, all); err != nil {
		return fmt.Errorf("vergleich.xlsx: %w", err)
	}
	data, err := workbook(c, all)
	if err != nil {
		return fmt.Errorf("vergleich.xlsx: %w", err)
	}
	if err := reread(data, all); err != nil {
		return fmt.Errorf("vergleich.xlsx: read back: %w", err)
	}
	_, err = w.Write(data)
	return err
}

// check refuses every text a cell cannot hold as it is.
func (s *sheet) check() error {
	for i, row := range s.rows {
		for j, v := range row {
			if v.kind != isText {
				continue
			}
			if n := len(v.text); n > cellLimit && survey.Length(v.text) > cellLimit {
				return fmt.Errorf("sheet %s, row %d, %s: %d characters do not fit into a cell (%d)", s.name, i+1, s.columns[j].title, survey.Length(v.text), cellLimit)
			}
			if r, bad := unfit(v.text); bad {
				return fmt.Errorf("sheet %s, row %d, %s: the character %U has no place in a cell", s.name, i+1, s.columns[j].title, r)
			}
		}
	}
	for _, col := range s.columns {
		if r, bad := unfit(col.title); bad {
			return fmt.Errorf("sheet %s, column %q: the character %U has no place in a cell", s.name, col.title, r)
		}
	}
	return nil
}

// unfit finds a character XML 1.0 cannot carry, or that is no character: control characters, noncharacters, bytes that are
// not UTF-8. The text rule keeps all of them out of the database; this is the second lock.
func unfit(text string) (rune, bool) {
	for i, r := range text {
		switch {
		case r < ' ' && r != '\n' && r != '\t', r >= 0x7F && r < 0xA0, r >= 0xFDD0 && r <= 0xFDEF, r&0xFFFE == 0xFFFE:
			return r, true
		case r == utf8.RuneError:
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return r, true
			}
		}
	}
	return 0, false
}

// styles are the cell formats of the workbook.
type styles struct{ lead, header, text, number, day, time int }

// workbook builds the file.
func workbook(c survey.Comparison, all []*sheet) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	st, err := newStyles(f)
	if err != nil {
		return nil, err
	}
	for i, s := range all {
		if i == 0 {
			err = f.SetSheetName("Sheet1", s.name)
		} else {
			_, err = f.NewSheet(s.name)
		}
		if err != nil {
			return nil, err
		}
	}
	f.SetActiveSheet(0) // before there are rows: it reads every sheet
	for _, s := range all {
		if err := s.write(f, st, footer(c)); err != nil {
			return nil, fmt.Errorf("sheet %s: %w", s.name, err)
		}
	}
	if err := describe(f, c); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	f.SetZipWriter(func(w io.Writer) excelize.ZipWriter { return newSortedZip(w) })
	if err := f.Write(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func newStyles(f *excelize.File) (st styles, err error) {
	top := &excelize.Alignment{Vertical: "top", WrapText: true}
	font := &excelize.Font{Family: "Calibri", Size: 10}
	bold := &excelize.Font{Family: "Calibri", Size: 10, Bold: true}
	dayFormat, timeFormat := "dd\\.mm\\.yyyy", "dd\\.mm\\.yyyy\\ hh:mm"
	for _, one := range []struct {
		id    *int
		style excelize.Style
	}{
		{&st.lead, excelize.Style{Font: bold, Alignment: &excelize.Alignment{Vertical: "top"}}},
		{&st.header, excelize.Style{
			Font: bold, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true},
			Fill:   excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7E9EC"}},
			Border: []excelize.Border{{Type: "bottom", Style: 2, Color: "4A4F57"}},
		}},
		// "@" keeps a text a text when somebody edits it.
		{&st.text, excelize.Style{Font: font, Alignment: top, NumFmt: 49}},
		{&st.number, excelize.Style{Font: font, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "right", Indent: 1}, NumFmt: 1}},
		{&st.day, excelize.Style{Font: font, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "left"}, CustomNumFmt: &dayFormat}},
		{&st.time, excelize.Style{Font: font, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "left"}, CustomNumFmt: &timeFormat}},
	} {
		if *one.id, err = f.NewStyle(&one.style); err != nil {
			return st, err
		}
	}
	return st, nil
}

// write fills one sheet.
func (s *sheet) write(f *excelize.File, st styles, footer string) error {
	heights := s.layOut()
	p := s.printing()
	// The stream writer takes the sheet's properties when it is made and its page layout when it is flushed.
	if err := f.SetSheetProps(s.name, &excelize.SheetPropsOptions{FitToPage: &p.fit}); err != nil {
		return err
	}
	sw, err := f.NewStreamWriter(s.name)
	if err != nil {
		return err
	}
	for i, col := range slices.Backward(s.columns) { // the library puts each in front of the ones before; the format wants them rising
		if err := sw.SetColWidth(i+1, i+1, col.width); err != nil {
			return err
		}
	}
	head := s.headRow()
	corner, err := excelize.CoordinatesToCellName(s.frozen+1, head+1)
	if err != nil {
		return err
	}
	pane := "bottomLeft"
	if s.frozen > 0 {
		pane = "bottomRight"
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, XSplit: s.frozen, YSplit: head, TopLeftCell: corner, ActivePane: pane}); err != nil {
		return err
	}
	if s.lead != "" {
		if err := sw.SetRow("A1", []any{excelize.Cell{StyleID: st.lead, Value: guard(s.lead)}}); err != nil {
			return err
		}
	}
	titles := make([]any, len(s.columns))
	deep := 1
	for i, col := range s.columns {
		titles[i] = excelize.Cell{StyleID: st.header, Value: guard(col.title)}
		deep = max(deep, lines(col.title, col.width-4)) // less the filter's button
	}
	if err := sw.SetRow(fmt.Sprintf("A%d", head), titles, excelize.RowOpts{Height: min(float64(deep)*lineHeight+6, maxRowHeight)}); err != nil {
		return err
	}
	cells := make([]any, len(s.columns))
	for i, row := range s.rows {
		for j, v := range row {
			cells[j] = v.cell(st)
		}
		if err := sw.SetRow(fmt.Sprintf("A%d", head+1+i), cells, excelize.RowOpts{Height: heights[i]}); err != nil {
			return err
		}
	}
	end, err := excelize.CoordinatesToCellName(len(s.columns), head+max(1, len(s.rows)))
	if err != nil {
		return err
	}
	stripes := true
	if err := sw.AddTable(&excelize.Table{Range: fmt.Sprintf("A%d:%s", head, end), Name: s.table, StyleName: "TableStyleLight1", ShowRowStripes: &stripes}); err != nil {
		return err
	}
	if err := s.layOutPages(f, sw, p, footer); err != nil {
		return err
	}
	return sw.Flush()
}

// headRow is the row of the column titles, from 1: below the lead and an empty row, if there is one.
func (s *sheet) headRow() int {
	if s.lead != "" {
		return 3
	}
	return 1
}

func (v value) cell(st styles) any {
	switch v.kind {
	case isNumber:
		return excelize.Cell{StyleID: st.number, Value: v.number}
	case isDay:
		return excelize.Cell{StyleID: st.day, Value: v.number}
	case isTime:
		return excelize.Cell{StyleID: st.time, Value: v.number}
	}
	if v.text == "" {
		return nil
	}
	return excelize.Cell{StyleID: st.text, Value: guard(v.text)}
}

// layOutPages sets what print needs: paper, scale, breaks, repeated titles, footer.
func (s *sheet) layOutPages(f *excelize.File, sw *excelize.StreamWriter, p printing, footer string) error {
	paper, landscape, order := 9, "landscape", "downThenOver" // 9 is A4
	layout := &excelize.PageLayoutOptions{Size: &paper, Orientation: &landscape, PageOrder: &order}
	if p.fit {
		wide, high := 1, 0 // 0: as many pages down as it takes
		layout.FitToWidth, layout.FitToHeight = &wide, &high
	} else {
		layout.AdjustTo = &p.scale
	}
	if err := f.SetPageLayout(s.name, layout); err != nil {
		return err
	}
	side, bottom, edge := 0.39, 0.6, 0.3 // inches
	if err := f.SetPageMargins(s.name, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side, Top: &side, Bottom: &bottom, Footer: &edge, Header: &edge}); err != nil {
		return err
	}
	if err := f.SetHeaderFooter(s.name, &excelize.HeaderFooterOptions{OddFooter: footer}); err != nil {
		return err
	}
	for _, col := range p.newPages {
		cell, err := excelize.CoordinatesToCellName(col+1, 1)
		if err != nil {
			return err
		}
		if err := sw.InsertPageBreak(cell); err != nil {
			return err
		}
	}
	titles := fmt.Sprintf("'%s'!$%d:$%d", s.name, s.headRow(), s.headRow())
	if s.repeat > 0 {
		last, err := excelize.ColumnNumberToName(s.repeat)
		if err != nil {
			return err
		}
		titles = fmt.Sprintf("'%s'!$A:$%s,%s", s.name, last, titles)
	}
	return f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: titles, Scope: s.name})
}

// footer is the page footer in the spreadsheet's own notation: source, licence, page. It holds 255 characters at most, so
// the parts that are too long for it stay out; they stand on the first sheet.
func footer(c survey.Comparison) string {
	mask := strings.NewReplacer("&", "&&")
	page := german.Must("export.footer.page", "Page", "&P", "Pages", "&N")
	licence := german.Must("export.footer.no_licence")
	if c.Questionnaire.Licence != "" {
		licence = german.Must("export.footer.licence", "Licence", c.Questionnaire.Licence)
	}
	for _, source := range []string{c.Questionnaire.Title + "\n" + Address(c) + ", ", Address(c) + ", ", ""} {
		text := "&L" + mask.Replace(source+licence) + "&R" + page
		if survey.Length(text) <= excelize.MaxFieldLength {
			return text
		}
	}
	return "&R" + page
}

// describe sets the document's properties. Its times are the comparison's, so that the same comparison gives the same bytes.
func describe(f *excelize.File, c survey.Comparison) error {
	at := c.At.UTC().Format(time.RFC3339)
	version := german.Must("export.readme.preview")
	if c.Version > 0 {
		version = fmt.Sprint(c.Version)
	}
	return f.SetDocProps(&excelize.DocProperties{
		Title: c.Questionnaire.Title, Subject: c.Election.Name, Creator: c.Alliance.Name, LastModifiedBy: c.Alliance.Name,
		Description: Address(c), Identifier: Address(c), Language: "de-DE", Version: version, Created: at, Modified: at,
	})
}
