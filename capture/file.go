// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
)

// FileOptions size the batches of a capture file; the zero value is right for most.
type FileOptions struct {
	// BatchBytes is the memory of one batch (256 KiB if 0). A batch grows beyond
	// it for a single record that is larger, which is bounded too.
	BatchBytes int
	// BatchPackets is the most packets of one batch (1024 if 0).
	BatchPackets int
	// More, if set, is asked at the end of a plain regular file, also inside a half
	// written header or record: true means look again, false that the file is finished.
	// It is called by Next and may block; closing the source does not end its wait.
	More func() bool
	// Start is the first record to yield, of a plain regular file.
	Start Start
}

const (
	// readBuffer is the size of one read from a pipe or a decompressor, bytes.
	readBuffer          = 64 << 10
	defaultBatchBytes   = 256 << 10
	defaultBatchPackets = 1024
	// emptyReads is how often a reader may return nothing without an error.
	emptyReads = 100
)

// progress is what a format's parser did with the bytes at hand.
type progress struct {
	used int   // bytes parsed
	need int   // bytes that must be at hand, from used on, for the next step
	skip int64 // bytes to pass over, from used on, before the next step
	what string
}

// format parses the records of one file format.
type format interface {
	// open reads the file header through f.lookahead and f.advance.
	open(f *file) error
	// parse appends the packets in buf, whose first byte has the given offset in
	// the file, until b is full (progress.need is 0) or buf holds no complete
	// record. An error is about the bytes at progress.used.
	parse(f *file, b *Batch, buf []byte, offset int64) (progress, error)
}

// file is a Source over one capture file or stream.
type file struct {
	name   string
	opt    FileOptions
	closer io.Closer // closed by Close, may be nil
	pump   *pump     // nil for regular files
	raw    io.Reader
	// growing is raw for a file with More, else nil.
	growing *growing
	disk    *counted // below raw

	in    *bufio.Reader // decompressed
	inErr error         // how in ended
	guess bool          // the first records may be looked at before the first packet is yielded
	// unfinished says that the file may grow: that it ends inside a record means nothing.
	unfinished bool
	compressed bool
	described  bool // interfaces were described after the first packet
	started    bool
	final      error // what every further Next returns

	kept   []byte // kept[keptAt:] was read, but not parsed; it stands before in
	keptAt int
	offset int64 // of what is parsed next, in the decompressed file
	skip   int64 // bytes to pass over before anything else
	skipAt int64 // where what is skipped starts

	fmt        format
	interfaces []Interface
	shown      atomic.Pointer[[]Interface] // interfaces, for other goroutines
	clock      clock
	packets    uint64

	closed   atomic.Bool
	received atomic.Uint64
	bytes    atomic.Uint64
}

// Open opens the capture file at path: pcap or pcapng, plain or compressed with
// gzip or zstd, told by content. "-" is standard input, "tcp://host:port" what a
// pcap-over-IP server sends (Wireshark's TCP@host:port). A named pipe is opened when
// it has a writer.
//
// An error is about what is seen without reading packets: it wraps ErrNotCapture
// if this is no capture, and is a *BreakError if the file header is broken.
// Errors of the content of pipes, connections and files with More come from the first
// Next instead, since Open does not wait for data.
func Open(path string, opt FileOptions) (Source, error) {
	if path == "-" {
		s := newFile(os.Stdin, "standard input", opt)
		if info, err := os.Stdin.Stat(); err == nil {
			s.clock.last = modTime(info)
		}
		return s, nil
	}
	if IsAddress(path) {
		return openTCP(path, opt, connectTimeout)
	}
	fh, err := os.Open(path)
	if err != nil {
		return nil, openError(path, err)
	}
	return OpenFile(fh, opt)
}

// OpenFile is Open for a file that the caller has opened. It belongs to the source
// from then on, and is closed when there is an error.
func OpenFile(fh *os.File, opt FileOptions) (Source, error) {
	path := fh.Name()
	info, err := fh.Stat()
	if err != nil {
		err = openError(path, err)
	} else if info.IsDir() {
		err = isDirectory(path)
	}
	if err != nil {
		fh.Close()
		return nil, err
	}
	if !info.Mode().IsRegular() {
		s := newFile(fh, path, opt)
		s.closer = fh
		return s, nil
	}
	disk := &counted{Reader: fh, size: info.Size()}
	s := &file{name: path, opt: opt.defaults(), raw: disk, disk: disk, closer: fh, guess: true}
	s.clock.last = modTime(info)
	if opt.More != nil {
		s.growing = &growing{r: disk, more: opt.More}
		s.raw, s.unfinished = s.growing, true
		return s, nil
	}
	if err := s.start(); err != nil {
		fh.Close()
		return nil, err
	}
	return s, nil
}

// NewReader is Open for a stream, called name in errors. A goroutine reads from r
// ahead of Next; Close ends the source but neither closes r nor interrupts its Read.
func NewReader(r io.Reader, name string, opt FileOptions) Source { return newFile(r, name, opt) }

func newFile(r io.Reader, name string, opt FileOptions) *file {
	disk := &counted{Reader: r}
	p := newPump(disk)
	return &file{name: name, opt: opt.defaults(), raw: p, disk: disk, pump: p}
}

func (o FileOptions) defaults() FileOptions {
	if o.BatchBytes <= 0 {
		o.BatchBytes = defaultBatchBytes
	}
	if o.BatchPackets <= 0 {
		o.BatchPackets = defaultBatchPackets
	}
	return o
}

// openError words the system's errors of opening path.
func openError(path string, err error) error { return Unreadable("open capture "+path, err) }

// Unreadable words the system's errors of what was done with a path: what and with which, why not, and the remedy.
func Unreadable(doing string, err error) error {
	remedy := "check the path"
	if errors.Is(err, fs.ErrPermission) {
		remedy = "make it readable for this user"
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return fmt.Errorf("%s: %w; %s", doing, err, remedy)
}

// modTime is the stand-in for packets without a valid time, ns since the epoch.
func modTime(info fs.FileInfo) int64 {
	t := info.ModTime()
	if s := t.Unix(); s < 0 || s >= timeMax/1e9 {
		return timeMin
	}
	return t.UnixNano()
}

// start finds the format and reads the file header.
func (f *file) start() error {
	f.started = true
	f.in = bufio.NewReaderSize(f.raw, readBuffer)
	in, compressed, err := decompress(f.in)
	if err != nil {
		return &BreakError{Name: f.name, Err: err}
	}
	f.in, f.compressed = in, compressed
	if compressed && f.growing != nil {
		f.growing.more = nil
	}
	head, err := in.Peek(8)
	if err != nil && !errors.Is(err, io.EOF) {
		return &BreakError{Name: f.name, Err: err}
	}
	f.fmt = detect(head)
	if f.fmt == nil {
		return unknownFormat(f.name, head, compressed)
	}
	if err := f.fmt.open(f); err != nil {
		return f.broken(f.offset, 0, err)
	}
	return f.begin()
}

// detect tells the format by the first bytes, nil when none fits.
func detect(head []byte) format {
	if isPcapng(head) {
		return &pcapng{}
	}
	if p := newPcap(head); p != nil {
		return p
	}
	return nil
}

// lookahead returns up to n bytes without consuming them; fewer at the end of the
// file or at a read error.
func (f *file) lookahead(n int) []byte {
	for len(f.kept)-f.keptAt < n && f.inErr == nil {
		had := len(f.kept)
		f.kept = append(f.kept, make([]byte, max(n-had, 4<<10))...)
		f.kept = f.kept[:had+f.read(f.kept[had:])]
	}
	return f.kept[f.keptAt:min(f.keptAt+n, len(f.kept))]
}

// advance consumes n bytes of what lookahead returned.
func (f *file) advance(n int) {
	f.keptAt += n
	f.offset += int64(n)
}

// read fills the start of p, with at least one byte unless the stream ended, which
// then stands in inErr.
func (f *file) read(p []byte) int {
	for i := 0; f.inErr == nil && len(p) > 0; i++ {
		n, err := f.in.Read(p)
		if err == nil && n == 0 && i >= emptyReads {
			err = io.ErrNoProgress
		}
		f.inErr = err
		if n > 0 {
			return n
		}
	}
	return 0
}

// broken is the error of a break at offset, when more packets than counted so far
// stand before it.
func (f *file) broken(offset int64, more uint64, cause error) error {
	return &BreakError{Name: f.name, Offset: offset, Packets: f.packets + more, Err: cause}
}

// Interfaces is part of Source.
func (f *file) Interfaces() []Interface {
	if shown := f.shown.Load(); shown != nil {
		return *shown
	}
	return nil
}

// describe adds an interface. What was shown before stays as it is.
func (f *file) describe(in Interface) {
	f.interfaces = append(f.interfaces, in)
	shown := f.interfaces
	f.shown.Store(&shown)
}

// Stats is part of Source.
func (f *file) Stats() Stats {
	return Stats{Received: f.received.Load(), Bytes: f.bytes.Load()}
}

// Close is part of Source. Closing a file twice is no error.
func (f *file) Close() error {
	if f.closed.Swap(true) {
		return nil
	}
	if f.pump != nil {
		f.pump.close()
	}
	if f.closer != nil {
		return f.closer.Close()
	}
	return nil
}
