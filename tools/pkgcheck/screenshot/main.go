// SPDX-License-Identifier: Apache-2.0

// Command screenshot draws lines that espbeat prints of a capture as a terminal shows them, for the package's page in Kibana:
//
//	screenshot -from 114 ../../tests/golden/demo.txt ../../packages/espbeat/img/packets.png
package main

import (
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Measures in pixels; the size stands in the package's manifest, too.
const (
	width, height = 1200, 720
	margin        = 24
	fontSize      = 15
	lineHeight    = 22
)

var (
	background = color.RGBA{0x0b, 0x16, 0x28, 0xff}
	prompt     = color.RGBA{0xff, 0xff, 0xff, 0xff}
	plain      = color.RGBA{0xc8, 0xd4, 0xe4, 0xff}
	// inks tell protocols apart.
	inks = []struct {
		protocol string
		ink      color.RGBA
	}{
		{" DNS ", color.RGBA{0x48, 0xc5, 0xbf, 0xff}}, {" HTTP ", color.RGBA{0xe8, 0x7f, 0xb6, 0xff}},
		{" TLS", color.RGBA{0xb6, 0x9c, 0xf0, 0xff}}, {" ICMP", color.RGBA{0xf2, 0xc9, 0x4c, 0xff}},
	}
)

func main() {
	from := flag.Int("from", 1, "first `line` that is drawn")
	flag.Parse()
	if flag.NArg() != 2 {
		fmt.Fprintln(os.Stderr, "screenshot: name the text and the picture")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), flag.Arg(1), *from); err != nil {
		fmt.Fprintln(os.Stderr, "screenshot:", err)
		os.Exit(1)
	}
}

func run(text, picture string, from int) error {
	b, err := os.ReadFile(text)
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	if from < 1 || from > len(lines) {
		return fmt.Errorf("%s has no line %d", text, from)
	}
	img, err := terminal(fmt.Sprintf("$ ./espbeat --file demo.pcapng | tail -n +%d", from), lines[from-1:])
	if err != nil {
		return err
	}
	f, err := os.Create(picture)
	if err != nil {
		return err
	}
	if err := png.Encode(f, img); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// terminal draws a command and as many lines of what it prints as fit.
func terminal(command string, lines []string) (image.Image, error) {
	parsed, err := opentype.Parse(gomono.TTF)
	if err != nil {
		return nil, err
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: fontSize, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, err
	}
	img := image.NewPaletted(image.Rect(0, 0, width, height), palette())
	draw.Draw(img, img.Bounds(), image.NewUniform(background), image.Point{}, draw.Src)
	put := func(line int, ink color.RGBA, text string) {
		d := font.Drawer{Dst: img, Src: image.NewUniform(ink), Face: face, Dot: fixed.P(margin, margin+fontSize+line*lineHeight)}
		d.DrawString(text)
	}
	put(0, prompt, command)
	for i, text := range lines[:min(len(lines), (height-2*margin)/lineHeight-1)] {
		put(i+1, inkOf(text), text)
	}
	return img, nil
}

func inkOf(line string) color.RGBA {
	for _, k := range inks {
		if strings.Contains(line, k.protocol) {
			return k.ink
		}
	}
	return plain
}

// palette has the steps from the background to each ink, for smooth edges in a small file.
func palette() color.Palette {
	const steps = 24
	p := color.Palette{background}
	all := []color.RGBA{prompt, plain}
	for _, k := range inks {
		all = append(all, k.ink)
	}
	for _, ink := range all {
		for s := 1; s <= steps; s++ {
			mix := func(from, to uint8) uint8 { return uint8((int(from)*(steps-s) + int(to)*s) / steps) }
			p = append(p, color.RGBA{mix(background.R, ink.R), mix(background.G, ink.G), mix(background.B, ink.B), 0xff})
		}
	}
	return p
}
