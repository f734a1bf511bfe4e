package transcribe

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"pruefstein/internal/transcribe"
)

// fileLook is what is known of a file after it was read once from its beginning to its end: enough to tell what it is.
type fileLook struct {
	hash  string // SHA-256 in hex
	size  int64
	head  []byte          // its first bytes
	tail  []byte          // its last bytes
	found map[string]bool // the innerMarks that stand in it anywhere
}

// How many bytes are looked at, at both ends.
const (
	lookHead = 4 << 10
	lookTail = 1<<16 + 16
)

const endOfJPEG = "\xff\xd9"

// The names of parts that every file of Word, Excel and PowerPoint has (ECMA-376).
const (
	partTypes  = "[Content_Types].xml"
	partWord   = "word/document"
	partSheets = "xl/workbook"
	partSlides = "ppt/presentation"
)

// innerMarks may stand anywhere in a file.
var innerMarks = []string{endOfJPEG, partTypes, partWord, partSheets, partSlides}

// lookAt reads a file through.
func lookAt(r io.Reader) (fileLook, error) {
	look, hash := fileLook{found: map[string]bool{}}, sha256.New()
	const overlap = 32                      // a mark may lie across two pieces
	piece := make([]byte, overlap+(64<<10)) // the last bytes of the piece before, then new ones
	before := 0
	for {
		n, err := r.Read(piece[before:])
		fresh, seen := piece[before:before+n], piece[:before+n]
		hash.Write(fresh)
		look.size += int64(n)
		look.head = append(look.head, fresh[:min(n, lookHead-len(look.head))]...)
		if look.tail = append(look.tail, fresh...); len(look.tail) > lookTail {
			look.tail = append(look.tail[:0], look.tail[len(look.tail)-lookTail:]...)
		}
		for _, mark := range innerMarks {
			look.found[mark] = look.found[mark] || bytes.Contains(seen, []byte(mark))
		}
		before = copy(piece, seen[max(0, len(seen)-overlap):])
		if err == io.EOF {
			look.hash = hex.EncodeToString(hash.Sum(nil))
			return look, nil
		}
		if err != nil {
			return look, err
		}
	}
}

// fileKind is a kind of file. Its content says what it is, never its name.
type fileKind struct {
	mime    string
	endings []string            // of names it usually has, the commonest first
	whole   func(fileLook) bool // its end is there; nil: nobody can tell
	refused string              // message key of why it is not taken
}

// The types of files that need more than their first bytes to be told.
const (
	typeTNEF   = "application/vnd.ms-tnef" // winmail.dat
	typeZip    = "application/zip"
	typeWord   = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	typeSheets = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	typeSlides = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	openDoc    = "application/vnd.oasis.opendocument."
)

// fileKinds are the kinds an original can be, and those that are refused with a word of their own. A type that is not listed is what
// the type above it is: a table as text is text. An original is only ever saved by those who read it, so what they can open is taken;
// what would run is not.
var fileKinds = slices.Concat([]fileKind{
	{mime: "application/pdf", endings: []string{".pdf"}, whole: ends("%%EOF", 2048)},
	{mime: "image/png", endings: []string{".png"}, whole: ends("IEND", 64)},
	{mime: "image/jpeg", endings: []string{".jpg", ".jpeg", ".jfif", ".jpe"}, whole: func(f fileLook) bool { return f.found[endOfJPEG] }},
	{mime: "image/tiff", endings: []string{".tif", ".tiff"}, whole: wholeTIFF},
	{mime: "image/heic", endings: []string{".heic", ".heif"}}, {mime: "image/heif", endings: []string{".heif", ".heic"}},
	{mime: "image/heic-sequence", endings: []string{".heic", ".heif"}}, {mime: "image/heif-sequence", endings: []string{".heif", ".heic"}},
	{mime: "image/avif", endings: []string{".avif"}}, {mime: "image/webp", endings: []string{".webp"}},
	{mime: "image/gif", endings: []string{".gif"}}, {mime: "image/bmp", endings: []string{".bmp"}},
	{mime: typeWord, endings: []string{".docx", ".docm"}, whole: wholeZip}, {mime: typeSheets, endings: []string{".xlsx", ".xlsm", ".xlsb"}, whole: wholeZip},
	{mime: typeSlides, endings: []string{".pptx", ".pptm"}, whole: wholeZip},
	{mime: openDoc + "text", endings: []string{".odt"}, whole: wholeZip}, {mime: openDoc + "spreadsheet", endings: []string{".ods"}, whole: wholeZip},
	{mime: openDoc + "presentation", endings: []string{".odp"}, whole: wholeZip},
	{mime: "application/msword", endings: []string{".doc"}}, {mime: "application/vnd.ms-excel", endings: []string{".xls"}},
	{mime: "application/vnd.ms-powerpoint", endings: []string{".ppt"}}, {mime: "application/vnd.ms-outlook", endings: []string{".msg"}},
	// Which program a file of Microsoft's older form belongs to may stand far behind its beginning, and what has a password has this form too.
	{mime: "application/x-ole-storage", endings: []string{".doc", ".xls", ".ppt", ".msg", ".docx", ".xlsx", ".pptx"}},
	{mime: typeTNEF, endings: []string{".dat"}},
	{mime: "text/rtf", endings: []string{".rtf", ".doc"}},
	{mime: "message/rfc822", endings: []string{".eml", ".txt"}},
	{mime: "text/plain", endings: []string{".txt", ".eml", ".emlx", ".csv", ".tsv", ".md"}},
},
	refuse("transcribe.error.file_active", "text/html", "text/xml", "image/svg+xml", "text/javascript", "text/x-php", "text/x-lua", "text/x-perl", "text/x-python",
		"text/x-ruby", "text/x-tcl", "text/x-shellscript", "application/vnd.microsoft.portable-executable", "application/x-elf", "application/x-mach-binary",
		"application/java-archive", "application/vnd.android.package-archive", "application/x-ms-installer", "application/x-ms-shortcut"),
	refuse("transcribe.error.file_archive", typeZip, "application/x-7z-compressed", "application/vnd.rar", "application/gzip", "application/x-tar"),
)

func refuse(key string, types ...string) (kinds []fileKind) {
	for _, mime := range types {
		kinds = append(kinds, fileKind{mime: mime, refused: key})
	}
	return kinds
}

// originalType tells what a file is by its bytes, and the name to keep it under: one that does not end as files of its kind do gets
// their ending, so that nothing is opened as what it only claims to be. key is the message of why it is not taken.
func originalType(name string, file fileLook) (kept, mimeType, key string) {
	if file.size == 0 {
		return name, "", "transcribe.error.file_empty"
	}
	kind, known := file.kind()
	switch {
	case !known:
		return name, "", "transcribe.error.file_type"
	case kind.refused != "":
		return name, "", kind.refused
	case kind.whole != nil && !kind.whole(file):
		return name, "", "transcribe.error.file_damaged"
	}
	if !slices.Contains(kind.endings, strings.ToLower(filepath.Ext(name))) {
		name = transcribe.OriginalName(name + kind.endings[0])
	}
	return name, kind.mime, ""
}

// kind finds the kind of a file.
func (f fileLook) kind() (fileKind, bool) {
	if bytes.HasPrefix(f.head, []byte("\x78\x9f\x3e\x22")) { // MS-OXTNEF 2.1.3.2; the library does not know it
		return kindOf(typeTNEF)
	}
	for m := mimetype.Detect(f.head); m != nil; m = m.Parent() {
		name, _, _ := strings.Cut(m.String(), ";")
		if name == typeZip { // the names of its parts may stand at its end
			switch {
			case f.found[partTypes] && f.found[partWord]:
				name = typeWord
			case f.found[partTypes] && f.found[partSheets]:
				name = typeSheets
			case f.found[partTypes] && f.found[partSlides]:
				name = typeSlides
			}
		}
		if kind, ok := kindOf(name); ok {
			return kind, true
		}
	}
	return fileKind{}, false
}

func kindOf(mime string) (fileKind, bool) {
	i := slices.IndexFunc(fileKinds, func(k fileKind) bool { return k.mime == mime })
	if i < 0 {
		return fileKind{}, false
	}
	return fileKinds[i], true
}

// letterAccept is what the file field offers first; the bytes decide.
func letterAccept() string {
	var endings []string
	for _, kind := range fileKinds {
		endings = append(endings, kind.endings...)
	}
	slices.Sort(endings)
	return strings.Join(slices.Compact(endings), ",")
}

// ends looks for a mark in the last bytes.
func ends(mark string, last int) func(fileLook) bool {
	return func(f fileLook) bool {
		return bytes.Contains(f.tail[max(0, len(f.tail)-last-len(mark)):], []byte(mark))
	}
}

// wholeZip looks for the end of an archive's list of contents; nothing is unpacked.
func wholeZip(f fileLook) bool { return ends("PK\x05\x06", 1<<16)(f) }

// wholeTIFF tells whether the first directory lies inside the file.
func wholeTIFF(f fileLook) bool {
	if f.size < 8 {
		return false
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if f.head[0] == 'M' {
		order = binary.BigEndian
	}
	return int64(order.Uint32(f.head[4:8])) < f.size
}
