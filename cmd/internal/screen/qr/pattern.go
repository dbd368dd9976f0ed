package qr

// blank is a code with all that is no data (§6.3).
func blank(version int) *Code {
	size := 17 + 4*version
	c := &Code{Size: size, modules: make([]bool, size*size), fixed: make([]bool, size*size)}
	for i := range size {
		c.set(i, 6, i%2 == 0)
		c.set(6, i, i%2 == 0)
	}
	c.finder(3, 3)
	c.finder(size-4, 3)
	c.finder(3, size-4)
	if version > 1 {
		c.rings(size-7, size-7, 2)
	}
	c.format(0)
	return c
}

// set makes a module part of the pattern.
func (c *Code) set(x, y int, dark bool) {
	if x >= 0 && y >= 0 && x < c.Size && y < c.Size {
		c.modules[y*c.Size+x], c.fixed[y*c.Size+x] = dark, true
	}
}

// finder is one of the three eyes with the light ring around it.
func (c *Code) finder(x, y int) { c.rings(x, y, 4) }

// rings are squares around a module: dark but for the second and the fifth.
func (c *Code) rings(x, y, radius int) {
	for dy := -radius; dy <= radius; dy++ {
		for dx := -radius; dx <= radius; dx++ {
			at := max(dx, -dx, dy, -dy)
			dark := at != 2 && at != 4
			if radius == 2 { // the small eye
				dark = at != 1
			}
			c.set(x+dx, y+dy, dark)
		}
	}
}

// format tells level and mask, twice (§7.9): a BCH code over five bits, of which
// those of level M are 00.
func (c *Code) format(mask int) {
	rest := mask
	for range 10 {
		rest = rest<<1 ^ rest>>9*0x537
	}
	bits := (mask<<10 | rest) ^ 0x5412
	bit := func(i int) bool { return bits>>i&1 != 0 }
	for i := range 6 {
		c.set(8, i, bit(i))
		c.set(5-i, 8, bit(i+9))
	}
	c.set(8, 7, bit(6))
	c.set(8, 8, bit(7))
	c.set(7, 8, bit(8))
	for i := range 8 {
		c.set(c.Size-1-i, 8, bit(i))
	}
	for i := range 7 {
		c.set(8, c.Size-7+i, bit(i+8))
	}
	c.set(8, c.Size-8, true)
}

// fill writes the codewords in columns of two, up and down (§7.7.3).
func (c *Code) fill(words []byte) {
	n, up := 0, true
	for right := c.Size - 1; right > 0; right -= 2 {
		if right == 6 { // the column of the timing pattern
			right--
		}
		for i := range c.Size {
			y := i
			if up {
				y = c.Size - 1 - i
			}
			for x := right; x > right-2; x-- {
				if at := y*c.Size + x; !c.fixed[at] {
					c.modules[at] = n < 8*len(words) && words[n/8]>>(7-n%8)&1 != 0
					n++
				}
			}
		}
		up = !up
	}
}

// mask turns over modules by the mask that leaves the code easiest to read (§7.8).
func (c *Code) mask() {
	best, least := 0, 1<<30
	for m := range 8 {
		c.turnOver(m)
		c.format(m)
		if p := c.penalty(); p < least {
			best, least = m, p
		}
		c.turnOver(m)
	}
	c.turnOver(best)
	c.format(best)
}

func (c *Code) turnOver(mask int) {
	for y := range c.Size {
		for x := range c.Size {
			at := y*c.Size + x
			c.modules[at] = c.modules[at] != (!c.fixed[at] && masks(mask, x, y))
		}
	}
}

func masks(mask, x, y int) bool {
	switch mask {
	case 0:
		return (x+y)%2 == 0
	case 1:
		return y%2 == 0
	case 2:
		return x%3 == 0
	case 3:
		return (x+y)%3 == 0
	case 4:
		return (x/3+y/2)%2 == 0
	case 5:
		return x*y%2+x*y%3 == 0
	case 6:
		return (x*y%2+x*y%3)%2 == 0
	}
	return ((x+y)%2+x*y%3)%2 == 0
}

// penalty is what makes a code hard to read: runs, blocks, what looks like an eye,
// and more of one colour than of the other.
func (c *Code) penalty() (sum int) {
	dark := 0
	for a := range c.Size {
		across := func(i int) bool { return c.Dark(i, a) }
		sum += c.linePenalty(across) + c.linePenalty(func(i int) bool { return c.Dark(a, i) })
		for i := range c.Size {
			if across(i) {
				dark++
			}
			if a > 0 && i > 0 && c.Dark(i, a) == c.Dark(i-1, a) && c.Dark(i, a) == c.Dark(i, a-1) && c.Dark(i, a) == c.Dark(i-1, a-1) {
				sum += 3
			}
		}
	}
	off := dark*20 - c.Size*c.Size*10
	return sum + max(off, -off)/(c.Size*c.Size)*10
}

func (c *Code) linePenalty(dark func(int) bool) (sum int) {
	const eye, mirrored, window = 0b10111010000, 0b00001011101, 1<<11 - 1
	run, bits := 0, 0
	for i := range c.Size {
		if i > 0 && dark(i) == dark(i-1) {
			run++
		} else {
			run = 1
		}
		switch {
		case run == 5:
			sum += 3
		case run > 5:
			sum++
		}
		bits <<= 1
		if dark(i) {
			bits |= 1
		}
		if i >= 10 && (bits&window == eye || bits&window == mirrored) {
			sum += 40
		}
	}
	return sum
}
