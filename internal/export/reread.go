package export

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// reread reads a workbook back with a reader of its own - not the library that wrote it - and compares every cell with
// what it should say. A formula, a cell too many or too few, any difference of a text is an error.
func reread(data []byte, want []*sheet) error {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	paths, err := sheetPaths(archive)
	if err != nil {
		return err
	}
	if len(paths) != len(want) {
		return fmt.Errorf("%d sheets instead of %d", len(paths), len(want))
	}
	for _, s := range want {
		part, err := archive.Open(paths[s.name])
		if err != nil {
			return fmt.Errorf("sheet %s: %w", s.name, err)
		}
		err = s.compare(part)
		if err := errors.Join(err, part.Close()); err != nil {
			return fmt.Errorf("sheet %s: %w", s.name, err)
		}
	}
	return nil
}

// sheetPaths finds the part of each sheet by its name.
func sheetPaths(archive *zip.Reader) (map[string]string, error) {
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var relations struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	for name, into := range map[string]any{"xl/workbook.xml": &book, "xl/_rels/workbook.xml.rels": &relations} {
		part, err := archive.Open(name)
		if err != nil {
			return nil, err
		}
		err = xml.NewDecoder(part).Decode(into)
		if err := errors.Join(err, part.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	paths := map[string]string{}
	for _, s := range book.Sheets {
		for _, r := range relations.All {
			if r.ID == s.ID {
				paths[s.Name] = "xl/" + strings.TrimPrefix(strings.TrimPrefix(r.Target, "/"), "xl/")
			}
		}
	}
	return paths, nil
}

// compare reads the cells of a sheet in the order they stand there.
func (s *sheet) compare(part io.Reader) error {
	dec := xml.NewDecoder(part)
	var ref, kind string
	var content strings.Builder
	inside := false // a <t> or <v>
	expected := s.cells()
	for {
		token, err := dec.RawToken()
		if err == io.EOF {
			if len(expected) > 0 {
				return fmt.Errorf("%s is missing", expected[0].ref)
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "c":
				ref, kind = "", ""
				content.Reset()
				for _, a := range token.Attr {
					switch a.Name.Local {
					case "r":
						ref = a.Value
					case "t":
						kind = a.Value
					}
				}
			case "t", "v":
				inside = true
			case "f":
				return fmt.Errorf("%s holds a formula", ref)
			}
		case xml.CharData:
			if inside {
				content.Write(token)
			}
		case xml.EndElement:
			switch token.Name.Local {
			case "t", "v":
				inside = false
			case "c":
				if len(expected) == 0 || expected[0].ref != ref {
					return fmt.Errorf("%s should be empty", ref)
				}
				if err := expected[0].value.same(kind, content.String()); err != nil {
					return fmt.Errorf("%s: %w", ref, err)
				}
				expected = expected[1:]
			}
		}
	}
}

// A placed value is a value with the cell it belongs to.
type placed struct {
	ref   string
	value value
}

// cells are all cells of the sheet that are not empty, row by row.
func (s *sheet) cells() []placed {
	letters := make([]string, len(s.columns))
	for i := range letters {
		letters[i] = columnLetters(i)
	}
	var all []placed
	if s.lead != "" {
		all = append(all, placed{"A1", text(s.lead)})
	}
	head := strconv.Itoa(s.headRow())
	for i, col := range s.columns {
		all = append(all, placed{letters[i] + head, text(col.title)})
	}
	for i, row := range s.rows {
		line := strconv.Itoa(s.headRow() + 1 + i)
		for j, v := range row {
			if v != (value{}) {
				all = append(all, placed{letters[j] + line, v})
			}
		}
	}
	return all
}

// columnLetters names a column, from 0, as spreadsheets do: A … Z, AA …
func columnLetters(i int) string {
	letters := ""
	for i++; i > 0; i = (i - 1) / 26 {
		letters = string(rune('A'+(i-1)%26)) + letters
	}
	return letters
}

// same compares a value with the type and content of a cell.
func (v value) same(kind, content string) error {
	if v.kind != isText {
		if n, err := strconv.ParseFloat(content, 64); err != nil || n != v.number || kind != "" && kind != "n" {
			return fmt.Errorf("the number %v reads back as %q", v.number, content)
		}
		return nil
	}
	if kind != "inlineStr" {
		return fmt.Errorf("a text is typed %q", kind)
	}
	if back := unescape(content); back != v.text {
		return fmt.Errorf("the text differs: %.60q instead of %.60q", back, v.text)
	}
	return nil
}

// unescape reads _xHHHH_ as the character it stands for (ECMA-376 part 1, 22.9.2.19).
func unescape(content string) string {
	if !strings.Contains(content, "_x") {
		return content
	}
	var out strings.Builder
	for i := 0; i < len(content); i++ {
		if !beginsEscape([]byte(content[i:min(i+7, len(content))])) {
			out.WriteByte(content[i])
			continue
		}
		code, _ := strconv.ParseUint(content[i+2:i+6], 16, 16) // hexadecimal, as beginsEscape saw
		out.WriteRune(rune(code))
		i += 6
	}
	return out.String()
}
