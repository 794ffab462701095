// SPDX-License-Identifier: Apache-2.0

package x11

import (
	"strconv"
	"strings"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// requests are the core protocol's, from opcode 1 on.
var requests = strings.Fields(`CreateWindow ChangeWindowAttributes GetWindowAttributes DestroyWindow DestroySubwindows ChangeSaveSet ReparentWindow MapWindow MapSubwindows UnmapWindow UnmapSubwindows
	ConfigureWindow CirculateWindow GetGeometry QueryTree InternAtom GetAtomName ChangeProperty DeleteProperty GetProperty ListProperties SetSelectionOwner GetSelectionOwner ConvertSelection SendEvent
	GrabPointer UngrabPointer GrabButton UngrabButton ChangeActivePointerGrab GrabKeyboard UngrabKeyboard GrabKey UngrabKey AllowEvents GrabServer UngrabServer QueryPointer GetMotionEvents
	TranslateCoordinates WarpPointer SetInputFocus GetInputFocus QueryKeymap OpenFont CloseFont QueryFont QueryTextExtents ListFonts ListFontsWithInfo SetFontPath GetFontPath CreatePixmap FreePixmap
	CreateGC ChangeGC CopyGC SetDashes SetClipRectangles FreeGC ClearArea CopyArea CopyPlane PolyPoint PolyLine PolySegment PolyRectangle PolyArc FillPoly PolyFillRectangle PolyFillArc PutImage
	GetImage PolyText8 PolyText16 ImageText8 ImageText16 CreateColormap FreeColormap CopyColormapAndFree InstallColormap UninstallColormap ListInstalledColormaps AllocColor AllocNamedColor
	AllocColorCells AllocColorPlanes FreeColors StoreColors StoreNamedColor QueryColors LookupColor CreateCursor CreateGlyphCursor FreeCursor RecolorCursor QueryBestSize QueryExtension
	ListExtensions ChangeKeyboardMapping GetKeyboardMapping ChangeKeyboardControl GetKeyboardControl Bell ChangePointerControl GetPointerControl SetScreenSaver GetScreenSaver ChangeHosts ListHosts
	SetAccessControl SetCloseDownMode KillClient RotateProperties ForceScreenSaver SetPointerMapping GetPointerMapping SetModifierMapping GetModifierMapping`)

// events are the core protocol's, from code 2 on.
var events = strings.Fields(`KeyPress KeyRelease ButtonPress ButtonRelease MotionNotify EnterNotify LeaveNotify FocusIn FocusOut KeymapNotify Expose GraphicsExposure NoExposure VisibilityNotify CreateNotify
	DestroyNotify UnmapNotify MapNotify MapRequest ReparentNotify ConfigureNotify ConfigureRequest GravityNotify ResizeRequest CirculateNotify CirculateRequest PropertyNotify SelectionClear
	SelectionRequest SelectionNotify ColormapNotify ClientMessage MappingNotify`)

// summary reads "Requests: CreatePixmap, FreeGC" or "Event: KeyPress".
func summary(dst []byte, v dissect.View) []byte {
	begin := len(dst)
	list := func(lead, other string, id field.ID, names []string, first int) {
		n := 0
		v.All(id, func(text []byte) {
			switch n++; {
			case n > 8:
				return
			case n > 1:
				dst = append(dst, ", "...)
			case len(dst) > begin:
				dst = append(append(dst, "; "...), lead...)
			default:
				dst = append(dst, lead...)
			}
			if code, err := strconv.Atoi(string(text)); err == nil && code >= first && code < first+len(names) {
				dst = append(dst, names[code-first]...)
			} else {
				dst = append(append(dst, other...), text...)
			}
		})
		if n > 8 {
			dst = append(dst, ", …"...)
		}
	}
	list("Requests: ", "opcode ", fOpcode, requests, 1)
	list("Event: ", "code ", fEvent, events, 2)
	list("Error: ", "code ", fError, nil, 0)
	return dst
}
