package export

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Measures of the workbook. Widths are in characters of the default font, as spreadsheets count them, heights in points.
const (
	lineHeight    = 13.5 // of Calibri 10
	maxRowHeight  = 409  // Excel's limit
	maxLines      = 30   // that fit into it
	pixelsPerChar = 7    // of a character, at 96 dpi
	pixelsPad     = 5    // of a column
	pagePixels    = 995  // A4 landscape less 10 mm on each side (1047), less the five percent by which LibreOffice's columns are wider
	minScale      = 57   // percent; below that, print is too small to read
	mostOnOne     = 6    // parties that may be fitted to one page's width
	mostInBlock   = 4    // parties on a page otherwise
)

// layOut widens the columns that may grow until their texts fit into the highest row there is, and returns the height of
// each row.
func (s *sheet) layOut() (heights []float64) {
	if s.blocks > 0 && s.blocks < len(s.columns) { // party columns are equal
		wide := 0.0
		for i := s.blocks; i < len(s.columns); i++ {
			wide = max(wide, s.grow(i))
		}
		for i := s.blocks; i < len(s.columns); i++ {
			s.columns[i].width = wide
		}
	} else {
		for i := range s.columns {
			s.columns[i].width = s.grow(i)
		}
	}
	for _, row := range s.rows {
		most := 1
		for i, v := range row {
			if v.kind == isText && v.text != "" {
				most = max(most, lines(v.text, s.columns[i].width))
			}
		}
		heights = append(heights, min(float64(most)*lineHeight+3, maxRowHeight))
	}
	return heights
}

// grow returns the width at which every text of the column fits into the highest row, as far as the column may grow.
func (s *sheet) grow(i int) float64 {
	width := s.columns[i].width
	for _, row := range s.rows {
		for width < s.columns[i].most && lines(row[i].text, width) > maxLines {
			width = min(width+6, s.columns[i].most)
		}
	}
	return width
}

// lines estimates how many lines a text takes in a column, breaking at spaces as spreadsheets do. Calibri 10 in columns
// measured in Calibri 11 sets some ten percent more characters than the width says; capitals and CJK take more.
func lines(text string, width float64) int {
	capacity := width * 1.05
	if float64(len(text)) <= capacity && !strings.Contains(text, "\n") {
		return 1
	}
	n := 0
	for paragraph := range strings.SplitSeq(text, "\n") {
		n++
		used := 0.0
		for word := range strings.SplitSeq(paragraph, " ") {
			size := measure(word)
			switch {
			case used == 0:
			case used+1+size <= capacity:
				used++
			default:
				n++
				used = 0
			}
			used += size
			if used > capacity { // a word longer than the line is broken anywhere
				n += int(math.Ceil(used/capacity)) - 1
				used = math.Mod(used, capacity)
			}
		}
	}
	return n
}

func measure(word string) float64 {
	size := 0.0
	for _, r := range word {
		switch {
		case r < utf8.RuneSelf && !unicode.IsUpper(r):
			size++
		case r >= 0x1100:
			size += 2
		case unicode.IsUpper(r):
			size += 1.25
		default:
			size++
		}
	}
	return size
}

// A printing is how the party columns of a sheet are put on pages.
type printing struct {
	fit      bool  // to one page's width
	scale    uint  // percent, when not fitted
	newPages []int // columns, from 0, that begin a new page
}

// printing puts as many parties on a page as stay readable: all of up to six, else blocks of about four with the question
// repeated; fewer where the answers are so long that their columns are wide.
func (s *sheet) printing() printing {
	fixed, party := 0.0, 0.0
	for i, c := range s.columns {
		if i < s.repeat {
			fixed += pixels(c.width)
		}
	}
	if s.blocks == 0 || s.blocks >= len(s.columns) {
		p := printing{scale: minScale}
		if s.breaks > 0 {
			p.newPages = []int{s.breaks - 1}
		}
		total := 0.0
		for _, c := range s.columns {
			total += pixels(c.width)
		}
		if total*minScale/100 <= pagePixels {
			p = printing{fit: true}
		}
		return p
	}
	party = pixels(s.columns[s.blocks].width)
	parties := len(s.columns) - s.blocks
	if parties <= mostOnOne && scaleFor(fixed+float64(parties)*party) >= minScale {
		return printing{fit: true}
	}
	n := mostInBlock
	for n > 1 && scaleFor(fixed+float64(n)*party) < minScale {
		n--
	}
	p := printing{scale: uint(max(10, min(100, scaleFor(fixed+float64(n)*party))))}
	for i := s.blocks + n; i < len(s.columns); i += n {
		p.newPages = append(p.newPages, i)
	}
	return p
}

func pixels(width float64) float64 { return width*pixelsPerChar + pixelsPad }

// scaleFor is the print scale in percent at which so many pixels fit on a page.
func scaleFor(total float64) int { return int(pagePixels / total * 100) }
