package osm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zlib"
)

// Limits of the PBF format, which also keep a lying file from taking memory.
const (
	maxBlobHeader = 64 << 10
	maxBlob       = 32 << 20
)

// What a block holds, learned in the first walk so that later ones can skip
// it without decompressing.
const (
	holdsNodes = 1 << iota
	holdsWays
	holdsRelations
	holdsUnknown
)

type pbfBlock struct {
	offset, size int64
	holds        uint8
}

// pbfFile is a file in the PBF format. The frames are found and measured
// against the length of the file before anything is decoded: a file cut at any
// byte, also exactly between two blocks' headers and bodies, is refused.
type pbfFile struct {
	r      io.ReaderAt
	blocks []pbfBlock

	raw    []byte
	data   bytes.Buffer
	zlib   io.ReadCloser
	decode blockDecoder
}

func openPBF(r io.ReaderAt, size int64) (*pbfFile, error) {
	f := &pbfFile{r: r}
	seenHeader := false
	for at := int64(0); at < size; {
		kind, body, length, err := f.frame(at, size)
		if err != nil {
			return nil, fmt.Errorf("PBF block at byte %d: %w", at, err)
		}
		switch {
		case kind == "OSMHeader":
			seenHeader = true
			if err := f.checkHeader(pbfBlock{offset: body, size: length}); err != nil {
				return nil, err
			}
		case !seenHeader:
			return nil, fmt.Errorf("PBF file begins with a block %q, expected OSMHeader", kind)
		case kind == "OSMData":
			f.blocks = append(f.blocks, pbfBlock{offset: body, size: length, holds: holdsUnknown})
		}
		at = body + length
	}
	return f, nil
}

// frame reads the header of the block at a byte and says where its body lies.
func (f *pbfFile) frame(at, size int64) (kind string, body, length int64, err error) {
	var prefix [4]byte
	if size-at < 4 {
		return "", 0, 0, errCut
	}
	if _, err := f.r.ReadAt(prefix[:], at); err != nil {
		return "", 0, 0, cut(err)
	}
	n := int64(binary.BigEndian.Uint32(prefix[:]))
	if n > maxBlobHeader {
		return "", 0, 0, fmt.Errorf("its header claims %d bytes, more than the format's %d", n, maxBlobHeader)
	}
	if at+4+n > size {
		return "", 0, 0, errCut
	}
	header := make([]byte, n)
	if _, err := f.r.ReadAt(header, at+4); err != nil {
		return "", 0, 0, cut(err)
	}
	length = -1
	err = eachField(header, func(field int, n uint64, b []byte) error {
		switch field {
		case 1:
			kind = string(b)
		case 3:
			length = int64(min(n, maxBlob+1))
		}
		return nil
	})
	switch {
	case err != nil:
		return "", 0, 0, err
	case kind == "" || length < 0:
		return "", 0, 0, errors.New("its header lacks the type or the size")
	case length > maxBlob:
		return "", 0, 0, fmt.Errorf("it claims more than the format's %d bytes", maxBlob)
	}
	body = at + 4 + n
	if body+length > size {
		return "", 0, 0, errCut
	}
	return kind, body, length, nil
}

var errCut = errors.New("the file ends in the middle: it was cut or is still being written")

func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return errCut
	}
	return err
}

// checkHeader refuses files that need what we cannot do.
func (f *pbfFile) checkHeader(b pbfBlock) error {
	message, err := f.load(b)
	if err != nil {
		return fmt.Errorf("PBF header: %w", err)
	}
	return eachField(message, func(field int, _ uint64, b []byte) error {
		if field != 4 {
			return nil
		}
		switch feature := string(b); feature {
		case "OsmSchema-V0.6", "DenseNodes":
			return nil
		case "HistoricalInformation":
			return errors.New("PBF file holds the history of its objects, expected one version of each")
		default:
			return fmt.Errorf("PBF file needs the feature %q, which is not known here", feature)
		}
	})
}

// load reads and decompresses a block; the bytes are valid until the next
// load.
func (f *pbfFile) load(b pbfBlock) ([]byte, error) {
	if int64(cap(f.raw)) < b.size {
		f.raw = make([]byte, b.size)
	}
	raw := f.raw[:b.size]
	if _, err := f.r.ReadAt(raw, b.offset); err != nil {
		return nil, cut(err)
	}
	var plain, packed []byte
	var size uint64
	other := ""
	err := eachField(raw, func(field int, n uint64, b []byte) error {
		switch field {
		case 1:
			plain = b
		case 2:
			size = n
		case 3:
			packed = b
		case 4:
			other = "LZMA"
		case 5:
			other = "bzip2"
		case 6:
			other = "LZ4"
		case 7:
			other = "Zstandard"
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case plain != nil:
		return plain, nil
	case packed != nil:
		return f.inflate(packed, size)
	case other != "":
		return nil, fmt.Errorf("compressed with %s, expected zlib or none", other)
	default:
		return nil, errors.New("holds no data")
	}
}

func (f *pbfFile) inflate(packed []byte, size uint64) ([]byte, error) {
	if size > maxBlob {
		return nil, fmt.Errorf("claims %d bytes unpacked, more than the format's %d", size, maxBlob)
	}
	var err error
	if f.zlib == nil {
		f.zlib, err = zlib.NewReader(bytes.NewReader(packed))
	} else {
		err = f.zlib.(zlib.Resetter).Reset(bytes.NewReader(packed), nil)
	}
	if err != nil {
		return nil, fmt.Errorf("damaged: %w", err)
	}
	f.data.Reset()
	f.data.Grow(int(size) + bytes.MinRead)
	n, err := f.data.ReadFrom(io.LimitReader(f.zlib, int64(size)+1))
	if err != nil {
		return nil, fmt.Errorf("damaged: %w", err)
	}
	if uint64(n) != size {
		return nil, fmt.Errorf("damaged: unpacks to another size than the %d bytes it claims", size)
	}
	return f.data.Bytes(), nil
}

func (f *pbfFile) format() string { return "pbf" }

func (f *pbfFile) walk(v visitor, passed func(int64) error) error {
	want := uint8(holdsUnknown)
	if v.node != nil {
		want |= holdsNodes
	}
	if v.way != nil {
		want |= holdsWays
	}
	if v.relation != nil {
		want |= holdsRelations
	}
	for i := range f.blocks {
		b := &f.blocks[i]
		if b.holds&want != 0 {
			message, err := f.load(*b)
			if err == nil {
				b.holds, err = f.decode.block(message, v)
			}
			if isSink(err) {
				return err
			}
			if err != nil {
				return fmt.Errorf("PBF block at byte %d: %w", b.offset, err)
			}
		}
		if err := passed(b.offset + b.size); err != nil {
			return errSink{err}
		}
	}
	return nil
}
