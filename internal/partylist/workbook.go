package partylist

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"

	"github.com/xuri/excelize/v2"
)

// maxWorkbook is the most bytes a workbook may have once it is unpacked.
const maxWorkbook = 16 << 20

// errLarge says that a sheet is longer than any list.
var errLarge = errors.New("partylist: the sheet is too large")

// sheetText is the first sheet of a workbook that is shown, as the text a spreadsheet copies: tabs between the cells, a line a row.
func sheetText(data []byte) (text string, err error) {
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxWorkbook, UnzipXMLSizeLimit: maxWorkbook})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	var out strings.Builder
	w := csv.NewWriter(&out)
	w.Comma = '\t'
	for _, name := range book.GetSheetList() {
		if visible, err := book.GetSheetVisible(name); err != nil || !visible {
			continue
		}
		rows, err := book.Rows(name)
		if err != nil {
			return "", err
		}
		for rows.Next() {
			cells, err := rows.Columns()
			if err != nil {
				return "", errors.Join(err, rows.Close())
			}
			if err := w.Write(cells); err != nil {
				return "", errors.Join(err, rows.Close())
			}
			if w.Flush(); out.Len() > maxPartyList {
				return "", errors.Join(errLarge, rows.Close())
			}
		}
		return out.String(), errors.Join(rows.Error(), rows.Close())
	}
	return "", errors.New("partylist: no sheet is shown")
}
