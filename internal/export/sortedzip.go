package export

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// escapeMark stands for the escaped underscore of "_x005F_" until a part is zipped.
//
// In a workbook "_x0041_" means "A", so a text that says "_x0041_" has to have its underscore escaped. The library does so
// but misses patterns that share an underscore ("_x0041_x0042_"). guard therefore puts this mark, a noncharacter that no
// text may hold, in the place of every such underscore: the library sees nothing to escape, no text grows, and sortedZip
// writes the escape.
const escapeMark = "\uFDD0"

// guard marks the underscores of a text that would begin an escape.
func guard(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	b := []byte(text)
	var out strings.Builder
	for i := range b {
		if beginsEscape(b[i:]) {
			out.WriteString(escapeMark)
		} else {
			out.WriteByte(b[i])
		}
	}
	return out.String()
}

// beginsEscape tells whether b begins with _xHHHH_.
func beginsEscape(b []byte) bool {
	if len(b) < 7 || b[0] != '_' || b[1] != 'x' || b[6] != '_' {
		return false
	}
	for _, digit := range b[2:6] {
		if !(digit >= '0' && digit <= '9' || digit >= 'a' && digit <= 'f' || digit >= 'A' && digit <= 'F') {
			return false
		}
	}
	return true
}

// A sortedZip collects the parts of a workbook, which the library hands over in the order of a map, and writes them in the
// order of their names, without times: the same workbook gives the same bytes.
type sortedZip struct {
	zip   *zip.Writer
	parts map[string]*bytes.Buffer
}

func newSortedZip(w io.Writer) *sortedZip {
	return &sortedZip{zip: zip.NewWriter(w), parts: map[string]*bytes.Buffer{}}
}

// Create implements excelize.ZipWriter.
func (z *sortedZip) Create(name string) (io.Writer, error) {
	z.parts[name] = &bytes.Buffer{}
	return z.parts[name], nil
}

// AddFS implements excelize.ZipWriter.
func (z *sortedZip) AddFS(fsys fs.FS) error { return z.zip.AddFS(fsys) }

// Close writes the archive.
func (z *sortedZip) Close() error {
	names := make([]string, 0, len(z.parts))
	for name := range z.parts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		// Office reads the content types first; some programs insist on it.
		if first := "[Content_Types].xml"; a == first || b == first {
			return map[bool]int{true: -1, false: 1}[a == first]
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		part, err := z.zip.Create(name)
		if err != nil {
			return err
		}
		data := bytes.ReplaceAll(z.parts[name].Bytes(), []byte(escapeMark), []byte("_x005F_"))
		if _, err := part.Write(data); err != nil {
			return err
		}
	}
	return z.zip.Close()
}
