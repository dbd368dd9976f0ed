package screen

import (
	"image"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

// shape collects filled outlines in a square of 24 units, which becomes a mask
// of any size. All outlines run the same way round, so that they add up; a
// hole runs the other way.
type shape struct {
	r     *vector.Rasterizer
	scale float64
}

const shapeUnits = 24

func newShape(size int) *shape {
	return &shape{r: vector.NewRasterizer(size, size), scale: float64(size) / shapeUnits}
}

func (s *shape) mask() *image.Alpha {
	m := image.NewAlpha(s.r.Bounds())
	s.r.DrawOp = draw.Src
	s.r.Draw(m, m.Rect, image.Opaque, image.Point{})
	return m
}

func (s *shape) move(x, y float64) { s.r.MoveTo(float32(x*s.scale), float32(y*s.scale)) }
func (s *shape) to(x, y float64)   { s.r.LineTo(float32(x*s.scale), float32(y*s.scale)) }
func (s *shape) curve(ax, ay, bx, by, x, y float64) {
	k := s.scale
	s.r.CubeTo(float32(ax*k), float32(ay*k), float32(bx*k), float32(by*k), float32(x*k), float32(y*k))
}

// polygon fills the points, given clockwise.
func (s *shape) polygon(points ...float64) {
	s.move(points[0], points[1])
	for i := 2; i < len(points); i += 2 {
		s.to(points[i], points[i+1])
	}
	s.r.ClosePath()
}

// kappa makes a quarter of a circle of a cubic curve.
const kappa = 0.5522847498

func (s *shape) circle(x, y, r float64) {
	k := r * kappa
	s.move(x, y-r)
	s.curve(x+k, y-r, x+r, y-k, x+r, y)
	s.curve(x+r, y+k, x+k, y+r, x, y+r)
	s.curve(x-k, y+r, x-r, y+k, x-r, y)
	s.curve(x-r, y-k, x-k, y-r, x, y-r)
	s.r.ClosePath()
}

// hole takes a circle out of what is there.
func (s *shape) hole(x, y, r float64) {
	k := r * kappa
	s.move(x, y-r)
	s.curve(x-k, y-r, x-r, y-k, x-r, y)
	s.curve(x-r, y+k, x-k, y+r, x, y+r)
	s.curve(x+k, y+r, x+r, y+k, x+r, y)
	s.curve(x+r, y-k, x+k, y-r, x, y-r)
	s.r.ClosePath()
}

// roundRect fills a rectangle with round corners.
func (s *shape) roundRect(x0, y0, x1, y1, r float64) {
	k := r * (1 - kappa)
	s.move(x0+r, y0)
	s.to(x1-r, y0)
	s.curve(x1-k, y0, x1, y0+k, x1, y0+r)
	s.to(x1, y1-r)
	s.curve(x1, y1-k, x1-k, y1, x1-r, y1)
	s.to(x0+r, y1)
	s.curve(x0+k, y1, x0, y1-k, x0, y1-r)
	s.to(x0, y0+r)
	s.curve(x0, y0+k, x0+k, y0, x0+r, y0)
	s.r.ClosePath()
}

// line draws a stroke with round ends through the points.
func (s *shape) line(width float64, points ...float64) {
	for i := 0; i+3 < len(points); i += 2 {
		s.segment(width, points[i], points[i+1], points[i+2], points[i+3])
	}
	for i := 0; i+1 < len(points); i += 2 {
		s.circle(points[i], points[i+1], width/2)
	}
}

func (s *shape) segment(width, ax, ay, bx, by float64) {
	length := math.Hypot(bx-ax, by-ay)
	if length == 0 {
		return
	}
	nx, ny := (by-ay)/length*width/2, -(bx-ax)/length*width/2
	s.polygon(ax+nx, ay+ny, bx+nx, by+ny, bx-nx, by-ny, ax-nx, ay-ny)
}

// arc strokes a part of a circle; angles in degrees, clockwise from the right.
func (s *shape) arc(width, x, y, r, from, to float64) {
	steps := max(2, int(math.Abs(to-from)/6))
	points := make([]float64, 0, 2*steps+2)
	for i := range steps + 1 {
		a := (from + (to-from)*float64(i)/float64(steps)) * math.Pi / 180
		points = append(points, x+r*math.Cos(a), y+r*math.Sin(a))
	}
	s.line(width, points...)
}
