package figure

import (
	"bytes"
	"io"

	"github.com/pkg/errors"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// dpi is the resolution of a PNG in dots per inch.
const dpi = 150

// Canvas is a picture that can be written.
type Canvas interface {
	vg.CanvasSizer
	io.WriterTo
}

// New returns an empty picture, "svg" or "png".
func New(format string, width, height vg.Length) (Canvas, error) {
	switch format {
	case "svg":
		return svg{vgsvg.New(width, height)}, nil
	case "png":
		return vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))}, nil
	}
	return nil, errors.Errorf("unknown format %q: want svg or png", format)
}

// svg is a picture with sans-serif text, also on machines without the font.
type svg struct{ *vgsvg.Canvas }

// WriteTo writes the picture.
func (c svg) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	if _, err := c.Canvas.WriteTo(&b); err != nil {
		return 0, err
	}
	n, err := w.Write(bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans;"), []byte("font-family:Liberation Sans,Arial,sans-serif;")))
	return int64(n), err
}
