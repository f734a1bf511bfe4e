package publish

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"

	"github.com/klauspost/compress/gzip"
)

// pieceSize is how much of a file is compared before it is sent, in bytes. Most compressed pages are one piece.
const pieceSize = 64 << 10

// pieces lends buffers of one piece.
var pieces = sync.Pool{New: func() any { return new([pieceSize]byte) }}

var errAltered = errors.New("its bytes are not those of the manifest")

// A form is one way to send a file, plain or compressed. When a publication is opened its file is read once and compared;
// from then on each piece is compared with its own hash before it is sent, so that nothing altered later goes out.
type form struct {
	coding coding // none for the plain form
	name   string // of the file
	size   int64
	pieces [][sha256.Size]byte
}

// measure reads the file of a form and compares it with size and hex SHA-256.
func measure(name string, c coding, size int64, sum string) (form, error) {
	file, err := openRegular(name, size)
	if err != nil {
		return form{}, err
	}
	defer file.Close()
	buffer := pieces.Get().(*[pieceSize]byte)
	defer pieces.Put(buffer)
	f, whole := form{coding: c, name: name, size: size}, sha256.New()
	for rest := size; rest > 0; {
		piece := buffer[:min(rest, pieceSize)]
		if _, err := io.ReadFull(file, piece); err != nil {
			return form{}, fmt.Errorf("%w: %w", errAltered, err)
		}
		rest -= int64(len(piece))
		f.pieces = append(f.pieces, sha256.Sum256(piece))
		if size > pieceSize {
			whole.Write(piece)
		}
	}
	found := whole.Sum(nil)
	if len(f.pieces) == 1 {
		found = f.pieces[0][:]
	}
	if hex.EncodeToString(found) != sum {
		return form{}, errAltered
	}
	return f, nil
}

// measureGzip is measure for a compressed copy that its manifest has no hash of, as before copies had one: it is right if
// it unpacks to exactly the plain bytes and carries nothing else.
func measureGzip(name string, plain Entry) (form, error) {
	zipped, err := readRegular(name)
	if err != nil {
		return form{}, err
	}
	in := bytes.NewReader(zipped)
	unzip, err := gzip.NewReader(in)
	if err != nil {
		return form{}, fmt.Errorf("%w: %w", errAltered, err)
	}
	unzip.Multistream(false)
	sum := sha256.New()
	size, err := io.Copy(sum, io.LimitReader(unzip, plain.Size+1))
	bare := len(unzip.Extra) == 0 && unzip.Name == "" && unzip.Comment == "" && in.Len() == 0
	if err != nil || !bare || size != plain.Size || hex.EncodeToString(sum.Sum(nil)) != plain.SHA256 {
		return form{}, errors.Join(errAltered, err)
	}
	return measure(name, gzipCoding, int64(len(zipped)), hexSum(zipped))
}

// open opens a form and reads its first piece into a buffer, compared.
func (f form) open(buffer *[pieceSize]byte) (*os.File, error) {
	file, err := openRegular(f.name, f.size)
	if err != nil {
		return nil, err
	}
	if err := f.read(file, 0, buffer); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// piece is the part of a buffer that the n-th piece fills.
func (f form) piece(n int, buffer *[pieceSize]byte) []byte {
	return buffer[:max(0, min(f.size-int64(n)*pieceSize, pieceSize))]
}

// read reads the n-th piece, the next in the file, and compares it.
func (f form) read(file io.Reader, n int, buffer *[pieceSize]byte) error {
	if n >= len(f.pieces) {
		return nil // an empty file
	}
	piece := f.piece(n, buffer)
	if _, err := io.ReadFull(file, piece); err != nil {
		return fmt.Errorf("%w: %w", errAltered, err)
	}
	if sha256.Sum256(piece) != f.pieces[n] {
		return errAltered
	}
	return nil
}

// openRegular opens a file of a size. Whatever else has its name, a pipe say, neither blocks nor is read.
func openRegular(name string, size int64) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	switch {
	case err == nil && !info.Mode().IsRegular():
		err = errors.New("is no file")
	case err == nil && info.Size() != size:
		err = fmt.Errorf("has %d bytes, not %d", info.Size(), size)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// mostRead is the most bytes of a file that is read as a whole: a manifest, a checkpoint, a compressed copy of before.
const mostRead = 64 << 20

// readRegular reads a whole file whose size is not known before.
func readRegular(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Size() > mostRead {
		return nil, fmt.Errorf("%s has %d bytes, more than any such file", name, info.Size())
	}
	file, err := openRegular(name, info.Size())
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, info.Size()))
	return data, errors.Join(err, file.Close())
}
