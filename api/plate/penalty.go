package plate

import "rsc.io/qr/coding"

// penalty is the score of ISO/IEC 18004 section 7.8.3 by which a mask is
// chosen: the lower, the easier a symbol is to read.
func penalty(code *coding.Code) int {
	n := code.Size
	dark := make([]bool, n*n)
	total := 0
	for y := range n {
		for x := range n {
			if code.Black(x, y) {
				dark[y*n+x] = true
				total++
			}
		}
	}
	score := blocks(dark, n)
	for i := range n {
		score += line(dark[i*n:(i+1)*n], 1, n) + line(dark[i:], n, n)
	}
	// 10 points for every full 5 % that the dark share is away from half.
	return score + abs(total*20-n*n*10)/(n*n)*10
}

// line scores one row (step 1) or column (step n): 3 points for five modules
// of one colour and one for each further; 40 for what looks like the middle
// of a finder pattern, 1:1:3:1:1 with four light modules on one side. What
// lies beyond the edge is quiet zone, and light.
func line(cells []bool, step, n int) int {
	const finder, quiet = 0b1011101, 0b0000
	score, run := 0, 0
	var last bool
	window := 0
	for i := -4; i < n+4; i++ {
		inside := i >= 0 && i < n
		cell := inside && cells[i*step]
		window = window << 1 & 0x7ff
		if cell {
			window |= 1
		}
		if i >= 6 && (window == finder<<4|quiet || window == quiet<<7|finder) {
			score += 40
		}
		if !inside {
			continue
		}
		if i > 0 && cell == last {
			run++
		} else {
			run = 1
		}
		last = cell
		switch {
		case run == 5:
			score += 3
		case run > 5:
			score++
		}
	}
	return score
}

// blocks scores 3 points for every two by two square of one colour.
func blocks(dark []bool, n int) int {
	score := 0
	for y := 1; y < n; y++ {
		for x := 1; x < n; x++ {
			c := dark[y*n+x]
			if c == dark[y*n+x-1] && c == dark[(y-1)*n+x] && c == dark[(y-1)*n+x-1] {
				score += 3
			}
		}
	}
	return score
}

func abs(i int) int {
	if i < 0 {
		return -i
	}
	return i
}
