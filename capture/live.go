// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"fmt"
	"io"
	"math"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// The engines of live capture.
const (
	// EngineAuto is AF_PACKET on Linux, where it can, and libpcap else.
	EngineAuto = "auto"
	// EngineAFPacket is Linux's TPACKET_V3 ring; it needs libpcap for a filter only.
	EngineAFPacket = "afpacket"
	// EnginePcap is libpcap.
	EnginePcap = "pcap"
)

// Names that LiveOptions.Interface gives a meaning.
const (
	// AnyInterface is every interface (Linux); packets have a LINUX_SLL2 header.
	AnyInterface = "any"
	// DefaultRoute is the interface of the default route (Linux), as it is when capture starts.
	DefaultRoute = "default_route"
)

// LiveOptions say what is captured from an interface. Zero values stand for the defaults.
type LiveOptions struct {
	// Interface is a name as ListInterfaces gives it, AnyInterface or DefaultRoute.
	Interface string
	// Engine is EngineAuto (default), EngineAFPacket or EnginePcap.
	Engine string
	// SnapLen is how many bytes of a packet are kept; 262144 by default and at most.
	SnapLen int
	// Promiscuous takes packets that are not for this machine too; it has no meaning
	// for AnyInterface.
	Promiscuous bool
	// BufferSize is the kernel's buffer, bytes; 32 MiB by default.
	BufferSize int
	// BufferTime makes the buffer so large that it holds what comes in that time at the
	// interface's speed, 1 MiB to 1 GiB; BufferSize is for interfaces whose speed is not
	// known. 0 is BufferSize always.
	BufferTime time.Duration
	// BlockSize is the unit in which AF_PACKET hands the buffer over, bytes; 1 MiB by default.
	BlockSize int
	// PoolSize is the memory for packets that were captured and not yet taken by
	// Next or still in a caller's Batch, bytes; 64 MiB by default. It is divided into
	// slabs of SlabSize (512 KiB by default), of which there are at least two, and
	// which are allocated when they are first needed.
	PoolSize, SlabSize int
	// Filter is a pcap-filter expression; empty takes all. As with tcpdump it sees
	// frames without the VLAN tag that the kernel took out, unless it asks for tags
	// (`vlan`, `ether proto 0x8100`): then it runs in this process, on whole frames.
	Filter string
	// FanoutGroup, 1 to 65535, shares the interface's packets among all captures of
	// the same group, by flow (AF_PACKET only); 0 is no sharing.
	FanoutGroup int
	// NetNS is the network namespace of the interface (Linux): a name as `ip netns list`
	// shows it or a path such as /proc/PID/ns/net; empty is the process's own.
	NetNS string
	// ExcludeOwn are remote addresses; see Live.SetOwn.
	ExcludeOwn []netip.AddrPort
}

const (
	defaultBuffer = 32 << 20
	defaultBlock  = 1 << 20
	defaultPool   = 64 << 20
	defaultSlab   = 512 << 10
	minBuffer     = 1 << 20
	maxBuffer     = 1 << 30
)

// complete checks the options and fills the defaults in.
func (o *LiveOptions) complete() error {
	bounds := func(name string, v *int, def, low, high int) error {
		if *v == 0 {
			*v = def
		}
		if *v < low || *v > high {
			return fmt.Errorf("open interface %s: %s is %d; it must be %d to %d", o.Interface, name, *v, low, high)
		}
		return nil
	}
	if o.Interface == "" {
		return fmt.Errorf("open interface: no name is given; `espbeat --list` shows the interfaces")
	}
	switch o.Engine {
	case "":
		o.Engine = EngineAuto
	case EngineAuto, EngineAFPacket, EnginePcap:
	default:
		return fmt.Errorf("open interface %s: the engine %q is not known; it is one of auto, afpacket, pcap", o.Interface, o.Engine)
	}
	for _, err := range []error{
		bounds("the snap length", &o.SnapLen, maxPacket, 1, maxPacket),
		bounds("the buffer size", &o.BufferSize, defaultBuffer, minBuffer, maxBuffer),
		bounds("the block size", &o.BlockSize, min(defaultBlock, o.BufferSize/2), maxPacket*2, maxBuffer/2),
		bounds("the slab size", &o.SlabSize, defaultSlab, slabMin, maxBuffer),
		bounds("the pool size", &o.PoolSize, defaultPool, 1, math.MaxInt),
		bounds("the fanout group", &o.FanoutGroup, 0, 0, 65535),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// engine reads packets off the system. run is called once, by one goroutine; the
// others may be called from any, close after run has returned.
type engine interface {
	// run puts packets into the sink until stop is called (nil) or the capture breaks.
	run(s *sink) error
	stop()
	interfaces() []Interface
	// dropped counts what the system lost so far.
	dropped() uint64
	close()
}

// Live is a live capture; it is a Source.
type Live struct {
	engine engine
	full   chan *slab
	count  counters
	own    ownFilter

	stop sync.Once
	done chan struct{} // closed when the engine has ended
	err  error         // why, set before full is closed
}

var _ Source = (*Live)(nil)

// OpenLive starts to capture from an interface. Packets are kept from now on,
// whether Next is called or not, as far as there is room.
func OpenLive(o LiveOptions) (*Live, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	var e engine
	var filter *Filter
	if err := inNetNS(o.NetNS, func(uint64) (err error) {
		if o.Interface == DefaultRoute {
			if o.Interface, err = defaultRoute(); err != nil {
				return err
			}
		}
		o.BufferSize = bufferFor(linkSpeed(o.Interface), o.BufferTime, o.BufferSize)
		e, filter, err = openEngine(o)
		return err
	}); err != nil {
		return nil, err
	}
	l := newLive(o, e)
	if err := l.SetOwn(o.ExcludeOwn); err != nil {
		e.close()
		return nil, err
	}
	l.start(o, filter)
	return l, nil
}

func newLive(o LiveOptions, e engine) *Live {
	return &Live{engine: e, full: make(chan *slab, max(o.PoolSize/o.SlabSize, 2)), done: make(chan struct{})}
}

// start lets the engine run until it is stopped or breaks.
func (l *Live) start(o LiveOptions, filter *Filter) {
	s := &sink{
		pool: &slabPool{max: cap(l.full), size: o.SlabSize}, full: l.full, snapLen: o.SnapLen,
		filter: filter, own: &l.own, count: &l.count,
	}
	go func() {
		l.err = l.engine.run(s)
		s.flush()
		l.engine.close()
		close(l.full)
		close(l.done)
	}()
}

// bufferFor is the size of the buffer that holds what an interface of so many Mbit/s
// brings in that time; def where one of them is not known.
func bufferFor(mbits int, d time.Duration, def int) int {
	if mbits <= 0 || d <= 0 {
		return def
	}
	return int(min(max(float64(mbits)*1e6/8*d.Seconds(), minBuffer), maxBuffer))
}

// openEngine also returns the filter that the system could not apply itself, or nil.
func openEngine(o LiveOptions) (engine, *Filter, error) {
	if o.Engine == EngineAFPacket || o.Engine == EngineAuto && haveAFPacket {
		e, filter, err := openAFPacket(o)
		if err == nil || o.Engine == EngineAFPacket || !noRing(err) {
			return e, filter, err
		}
	}
	if o.FanoutGroup != 0 {
		return nil, nil, fmt.Errorf("open interface %s: libpcap cannot share packets among captures; leave the fanout group out or use the engine afpacket", o.Interface)
	}
	e, err := openPcap(o)
	return e, nil, err
}

// Next fills b with packets as soon as there are some; see Source. What b held of
// this capture goes back to its pool: one Batch, or a few that take turns, keep
// the memory bounded. Packets that are few are not held back for more to come.
func (l *Live) Next(b *Batch) error {
	b.Release()
	s, ok := <-l.full
	if !ok {
		if l.err != nil {
			return l.err
		}
		return io.EOF
	}
	b.Packets, b.live = s.packets, s
	return nil
}

// SetOwn leaves the packets of this machine's own TCP connections to these
// addresses and ports out from now on, instead of those given before; none leaves
// nothing out. They are counted in Stats.Own. A connection is one's own when its
// other end is an address of this machine, so that what other machines send to
// the same servers is still captured; other programs' connections to them are not.
func (l *Live) SetOwn(remotes []netip.AddrPort) error {
	if err := l.own.replace(remotes); err != nil {
		return fmt.Errorf("leave out the process's own connections: list this machine's addresses: %w", err)
	}
	return nil
}

// Interfaces are those captured from. For AnyInterface the first stands for all,
// and each that a packet came from is added with its own name.
func (l *Live) Interfaces() []Interface { return l.engine.interfaces() }

// Stats counts packets that match the filter. Received = packets that Next
// delivered or will still deliver + KernelDropped + PoolDropped; Own and what the
// filter did not match are not in it. The few packets of the last milliseconds
// that are not yet handed over are counted when they are.
func (l *Live) Stats() Stats {
	dropped, pool := l.engine.dropped(), l.count.pool.Load()
	return Stats{
		Received:      l.count.taken.Load() + dropped + pool,
		KernelDropped: dropped,
		PoolDropped:   pool,
		Own:           l.count.own.Load(),
		Bytes:         l.count.bytes.Load(),
	}
}

// Fill is how much of the memory for packets waits to be taken by Next, 0 to 1; at 1 packets are dropped.
func (l *Live) Fill() float64 { return float64(len(l.full)) / float64(cap(l.full)) }

// Close ends the capture and waits until the system has let go of it. Next still
// delivers what was read, then returns io.EOF.
func (l *Live) Close() error {
	l.stop.Do(l.engine.stop)
	<-l.done
	return nil
}

// removedError is that of an interface that is no longer there; err is what the system says.
func removedError(name string, err error) error {
	return fmt.Errorf("read packets from interface %s: %w (%w); take another one from `espbeat --list`", name, ErrRemoved, err)
}

// systemError explains an error of the system on an interface, with the remedy.
func systemError(op, name string, err error) error {
	if isErr(err, errPermission) {
		return permissionError(name, err)
	}
	remedy := ""
	switch {
	case isErr(err, errNoDevice):
		remedy = "; `espbeat --list` shows the interfaces"
	case isErr(err, errDown):
		remedy = fmt.Sprintf("; bring it up, for example with `ip link set %s up`, and start again", name)
	case isErr(err, errNoMemory):
		remedy = "; make the buffer smaller"
	}
	return fmt.Errorf("%s %s: %w%s", op, strings.TrimSpace("interface "+name), err, remedy)
}
