// SPDX-License-Identifier: Apache-2.0

//go:build unix

package capture

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A named pipe is read as it is written, and has no identity.
func TestNamedPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skipf("no named pipes here: %v", err)
	}
	read := make(chan struct{})
	wrote := make(chan error, 1)
	go func() {
		w, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			wrote <- err
			return
		}
		content := samplePcap(3)
		_, err = w.Write(content[:pcapFileHeader+16+60+10])
		<-read
		_, err2 := w.Write(content[pcapFileHeader+16+60+10:])
		wrote <- errors.Join(err, err2, w.Close())
	}()
	s, err := Open(path, FileOptions{More: func() bool {
		t.Error("a pipe was asked for more")
		return false
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var b Batch
	if err := s.Next(&b); err != nil || len(b.Packets) != 1 {
		t.Fatalf("%d packets, %v", len(b.Packets), err)
	}
	close(read)
	if n := len(mustReadAll(t, s)); n != 2 {
		t.Errorf("%d more packets", n)
	}
	if err := <-wrote; err != nil && !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	if _, err := Identify(path); !errors.Is(err, ErrNotCapture) {
		t.Errorf("Identify: %v", err)
	}
}
