// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/config"
)

func TestInterfacesComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSensor(t, config.Input{Interfaces: []string{"eth*"}})
		if err := s.live.begin(); err != nil {
			t.Fatal(err)
		}
		s.run()
		s.expect("", "no interface matches eth*")
		s.machine.set(nicAt("eth0", 2, false, false))
		time.Sleep(lookAgain)
		s.expect("", "eth0 is down")
		s.machine.set(nicAt("eth0", 2, false, true))
		time.Sleep(lookAgain)
		s.expect("eth0", "eth0 is there")
		first := s.sources["eth0"]
		first.kernel.Add(7)
		s.machine.set(nicAt("eth0", 2, false, false))
		time.Sleep(lookAgain)
		s.expect("", "eth0 is down")
		s.machine.set(nicAt("eth0", 2, false, true))
		time.Sleep(lookAgain)
		s.expect("", "eth0 is up")
		s.machine.set()
		time.Sleep(lookAgain)
		s.expect("", "no interface matches", "eth0 is gone")
		select {
		case <-first.closed:
		default:
			t.Error("what is gone is not closed")
		}
		s.machine.set(nicAt("eth0", 9, false, true))
		time.Sleep(lookAgain)
		s.expect("eth0", "eth0 is there")
		s.sources["eth0"].kernel.Add(5)
		if lost := s.line.losses.read(); lost.Kernel != 12 {
			t.Errorf("what both lost: %+v", lost)
		}
		if n := len(s.line.losses.sources); n != 1 {
			t.Errorf("%d sources are kept", n)
		}
		// Replaced by another of its name at once.
		s.machine.set(nicAt("eth0", 10, false, true))
		time.Sleep(2 * lookAgain)
		s.expect("eth0", "eth0 is there", "eth0 is gone")
		s.stop()
		if !s.ended() || len(s.failed) > 0 {
			t.Errorf("ended: %v, %v", s.ended(), s.failed)
		}
	})
}

// Where nothing tells that something has changed, it is found all the same.
func TestInterfacesAreLookedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSensor(t, config.Input{Interfaces: []string{"eth*", "wlan*"}})
		s.run()
		s.expect("", "no interface matches eth* or wlan*")
		s.machine.mu.Lock()
		s.machine.found = []capture.Selected{nicAt("eth0", 2, false, true)}
		s.machine.mu.Unlock()
		time.Sleep(lookEvery)
		s.expect("eth0", "eth0 is there")
		s.machine.mu.Lock()
		s.machine.err = errors.New("no more files")
		s.machine.mu.Unlock()
		time.Sleep(3 * lookEvery)
		s.expect("", "no more files") // once, and what is captured goes on
		if n := len(s.live.nics); n != 1 {
			t.Errorf("%d interfaces are captured", n)
		}
		s.stop()
		<-s.done
	})
}

// What ends by its own error is taken for gone when it is; else it is a failure, and left alone while the interface stays.
func TestInterfaceBreaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSensor(t, config.Input{Interfaces: []string{"eth*"}}, nicAt("eth0", 2, false, true), nicAt("eth1", 3, false, true))
		if err := s.live.begin(); err != nil {
			t.Fatal(err)
		}
		s.run()
		s.expect("eth0 eth1")
		s.machine.set(nicAt("eth1", 3, false, true))
		s.sources["eth0"].end <- fmt.Errorf("read: %w", capture.ErrRemoved)
		time.Sleep(lookAgain)
		s.expect("", "eth0 is gone")
		s.sources["eth1"].end <- errors.New("broken")
		time.Sleep(3 * lookEvery)
		s.expect("")
		if len(s.failed) != 1 || s.failed[0].Error() != "broken" {
			t.Errorf("failed: %v", s.failed)
		}
		s.machine.set()
		time.Sleep(lookAgain)
		s.machine.set(nicAt("eth1", 3, false, true))
		time.Sleep(lookAgain)
		s.expect("eth1", "no interface matches", "eth1 is there")
		s.stop()
		<-s.done
	})
}

// The old interface is left before the new one is captured from.
func TestDefaultRouteMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSensor(t, config.Input{Interfaces: []string{capture.DefaultRoute}}, nicAt("eth0", 2, true, true))
		if err := s.live.begin(); err != nil {
			t.Fatal(err)
		}
		s.run()
		s.machine.set(nicAt("wlan0", 3, true, true))
		time.Sleep(lookAgain)
		s.expect("eth0 wlan0", "wlan0 is there", "eth0 has the default route no more")
		s.stop()
		<-s.done
	})
}

func TestNamedInterfaceAtTheStart(t *testing.T) {
	noDevice := errors.New("no such device")
	missing := errors.New("no default route")
	for _, c := range []struct {
		name    string
		in      config.Input
		found   []capture.Selected
		missing error
		want    error
		opened  int
	}{
		{"not_there", config.Input{Interfaces: []string{"eth0", "gone0"}}, []capture.Selected{nicAt("eth0", 2, true, true), nicAt("gone0", 0, true, false)}, nil, noDevice, 0},
		{"waited_for", config.Input{Interfaces: []string{"gone0"}, Live: config.Live{WaitForInterfaces: true}}, []capture.Selected{nicAt("gone0", 0, true, false)}, nil, nil, 0},
		{"others_are_there", config.Input{Interfaces: []string{"gone0", "eth0"}, Live: config.Live{WaitForInterfaces: true}},
			[]capture.Selected{nicAt("gone0", 0, true, false), nicAt("eth0", 2, true, true)}, nil, nil, 1},
		{"no_route", config.Input{Interfaces: []string{"default_route"}}, nil, missing, missing, 0},
		{"route_waited_for", config.Input{Interfaces: []string{"default_route"}, Live: config.Live{WaitForInterfaces: true}}, nil, missing, nil, 0},
		{"glob_finds_none", config.Input{Interfaces: []string{"eth*"}}, nil, nil, nil, 0},
		{"glob_finds_what_is_down", config.Input{Interfaces: []string{"gone*"}}, []capture.Selected{nicAt("gone0", 3, false, false)}, nil, nil, 0},
		{"nothing_can_be_opened", config.Input{Interfaces: []string{"gone*"}}, []capture.Selected{nicAt("gone0", 3, false, true)}, nil, noDevice, 0},
		{"something_can_be_opened", config.Input{Interfaces: []string{"*"}}, []capture.Selected{nicAt("gone0", 3, false, true), nicAt("eth0", 2, false, true)}, nil, nil, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSensor(t, c.in, c.found...)
			s.machine.missing, s.cannot["gone0"] = c.missing, noDevice
			if err := s.live.begin(); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if c.want == nil && len(s.live.nics) != c.opened {
				t.Errorf("%d are open, want %d", len(s.live.nics), c.opened)
			}
			s.live.close()
		})
	}
}

func TestWaitingIsSaidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSensor(t, config.Input{Interfaces: []string{"eth0"}, Live: config.Live{WaitForInterfaces: true}}, nicAt("eth0", 0, true, false))
		if err := s.live.begin(); err != nil {
			t.Fatal(err)
		}
		s.run()
		time.Sleep(3 * lookEvery)
		s.expect("", "eth0 is not there")
		s.cannotOpen("eth0", errors.New("not permitted"))
		s.machine.set(nicAt("eth0", 2, true, true))
		time.Sleep(3 * lookEvery)
		s.expect("", "not permitted")
		s.cannotOpen("eth0", nil)
		time.Sleep(lookEvery)
		s.expect("eth0", "eth0 is there")
		s.machine.set(nicAt("eth0", 0, true, false))
		time.Sleep(3 * lookEvery)
		s.expect("", "eth0 is gone")
		s.stop()
		<-s.done
	})
}

// An input of names ends when all have ended by themselves; one that waits for something does not.
func TestLiveInputEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		found := []capture.Selected{nicAt("eth0", 2, true, true), nicAt("eth1", 3, true, true)}
		s := newSensor(t, config.Input{Interfaces: []string{"eth0", "eth1"}}, found...)
		if err := s.live.begin(); err != nil {
			t.Fatal(err)
		}
		s.run()
		s.sources["eth0"].end <- io.EOF // as with count
		time.Sleep(lookEvery)
		if s.ended() {
			t.Fatal("eth1 has not ended")
		}
		s.sources["eth1"].end <- errors.New("broken")
		if !s.ended() || len(s.failed) != 1 {
			t.Errorf("ended: %v, failed: %v", s.ended(), s.failed)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := newSensor(t, config.Input{Interfaces: []string{"eth*"}}, nicAt("eth0", 2, false, true))
		if err := s.live.begin(); err != nil {
			t.Fatal(err)
		}
		s.run()
		s.sources["eth0"].end <- io.EOF
		time.Sleep(lookEvery)
		if s.ended() {
			t.Error("another one may come")
		}
		s.stop()
		<-s.done
	})
}
