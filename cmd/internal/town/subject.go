package town

import "image/color"

// subjects draw the thing in the middle of a photo, damaged or after the work.
var subjects = map[string]func(c *canvas, fixed bool){
	"bin": drawBin, "bench": drawBench, "lamp": drawLamp, "shelter": drawShelter, "cabinet": drawCabinet, "bicycles": drawBicycles,
	"manhole": drawManhole, "sign": drawSign, "tree": drawTree, "rubbish": drawRubbish, "road": drawRoad,
}

var (
	shadow = glass(0x20242a, 70)
	steel  = rgb(0x5a646d)
	wood   = rgb(0xa8723f)
	white  = rgb(0xf2f1ec)
)

// litter strews bags, boxes and bottles.
func (c *canvas) litter(n int, x, y, wide, deep float64) {
	colours := []uint32{0xe9e4d8, 0xd24a3c, 0x3f7fbf, 0xf0c33c, 0x4a4a48, 0xffffff, 0x9c7a4f, 0x3fa06a}
	for range n {
		px, py := x+c.between(-wide, wide), y+c.between(-deep, deep)
		col := rgb(colours[c.IntN(len(colours))])
		c.oval(shadow, px, py+7, 18, 5)
		switch c.IntN(3) {
		case 0:
			c.blob(col, px, py, c.between(9, 20), c.between(7, 13))
		case 1:
			w, h := c.between(14, 30), c.between(10, 22)
			c.box(col, px-w/2, py-h/2, w, h)
			c.box(lighter(col, -0.2), px-w/2, py-h/2, w, 4)
		default:
			c.line(col, 7, dot{px - 11, py}, dot{px + 11, py + c.between(-5, 5)})
		}
	}
}

func drawBin(c *canvas, fixed bool) {
	x, y := 440+c.between(-60, 60), 560.0
	c.oval(shadow, x+70, y+18, 170, 24)
	for i, col := range []color.NRGBA{rgb(0x2f7a4d), rgb(0x3a5f96)} {
		left := x - 100 + 112*float64(i)
		c.box(col, left, y-190, 100, 200)
		c.box(lighter(col, -0.25), left+84, y-190, 16, 200)
		c.box(lighter(col, 0.25), left, y-196, 100, 12)
		c.box(rgb(0x1c2126), left+16, y-166, 68, 34)
		c.oval(white, left+46, y-76, 24, 24)
		c.line(col, 6, dot{left + 34, y - 68}, dot{left + 46, y - 90}, dot{left + 58, y - 68}, dot{left + 34, y - 68})
	}
	c.box(steel, x-110, y+8, 236, 10)
	if !fixed {
		for i := range 2 {
			c.blob(rgb(0xe6e2da), x-50+112*float64(i), y-158, 36, 24)
			c.blob(rgb(0xc94f42), x-34+112*float64(i), y-174, 18, 14)
			c.blob(rgb(0x3d3f44), x-66+112*float64(i), y-196, 30, 22)
		}
		c.oval(glass(0x5b4b34, 110), x+20, y+50, 190, 22)
		c.litter(26, x+10, y+42, 220, 40)
	}
}

func drawBench(c *canvas, fixed bool) {
	x, y := 480+c.between(-40, 40), 570.0
	c.oval(shadow, x, y+16, 260, 22)
	for _, side := range []float64{-1, 1} {
		c.line(steel, 14, dot{x + side*190, y - 178}, dot{x + side*186, y + 12})
		c.line(steel, 12, dot{x + side*150, y - 74}, dot{x + side*146, y + 16})
		c.line(steel, 10, dot{x + side*200, y - 110}, dot{x + side*140, y - 104})
	}
	plank := func(dy, tilt float64, col color.NRGBA) {
		c.line(col, 20, dot{x - 215, y + dy - tilt}, dot{x + 215, y + dy + tilt})
		c.line(lighter(col, 0.25), 3, dot{x - 215, y + dy - 8 - tilt}, dot{x + 215, y + dy - 8 + tilt})
	}
	plank(-172, 0, wood)
	plank(-142, 0, lighter(wood, -0.08))
	plank(-68, 0, wood)
	if fixed {
		plank(-112, 0, wood)
		plank(-46, 0, lighter(wood, 0.1))
		return
	}
	broken := lighter(wood, -0.15)
	c.line(broken, 20, dot{x - 215, y - 112}, dot{x - 60, y - 108})
	c.flat(rgb(0xe0c294), dot{x - 62, y - 118}, dot{x - 30, y - 110}, dot{x - 52, y - 104}, dot{x - 36, y - 96}, dot{x - 62, y - 98})
	c.line(broken, 20, dot{x + 40, y - 96}, dot{x + 190, y - 20})
	c.line(lighter(wood, -0.1), 20, dot{x - 215, y - 46}, dot{x - 20, y - 30})
	c.flat(rgb(0xe0c294), dot{x - 24, y - 40}, dot{x + 10, y - 30}, dot{x - 14, y - 24}, dot{x - 22, y - 20})
	c.line(broken, 20, dot{x - 40, y + 40}, dot{x + 150, y + 62})
	c.line(rgb(0x8b3a24), 3, dot{x + 60, y - 72}, dot{x + 62, y - 92})
}

func drawLamp(c *canvas, fixed bool) {
	x := 500 + c.between(-80, 80)
	c.oval(shadow, x+20, 600, 80, 12)
	if !fixed { // dusk, and no light
		c.box(glass(0x101a33, 120), 0, 0, pictureWide, pictureTall)
	}
	c.line(rgb(0x4d565e), 20, dot{x, 600}, dot{x, 70})
	c.box(rgb(0x3e464d), x-24, 520, 48, 82)
	c.line(rgb(0x4d565e), 12, dot{x, 84}, dot{x - 150, 54})
	if fixed {
		c.flat(glass(0xfff1b8, 70), dot{x - 190, 66}, dot{x - 120, 66}, dot{x + 30, 600}, dot{x - 330, 600})
		c.oval(rgb(0xfff4c4), x-154, 64, 44, 13)
		return
	}
	c.oval(rgb(0x2e353b), x-154, 60, 44, 13)
	c.flat(rgb(0x14181c), dot{x - 16, 532}, dot{x + 14, 532}, dot{x + 14, 588}, dot{x - 16, 588})
	c.flat(rgb(0x4b535b), dot{x + 14, 530}, dot{x + 56, 546}, dot{x + 56, 606}, dot{x + 14, 590})
	for i, col := range []uint32{0xc33a2e, 0xd9a92f, 0x3f79b5} {
		k := float64(i)
		c.line(rgb(col), 4, dot{x - 8 + 7*k, 548}, dot{x - 14 + 9*k, 572}, dot{x - 4 + 12*k, 598}, dot{x - 20 + 16*k, 616})
	}
}

func drawShelter(c *canvas, fixed bool) {
	x, y := 480+c.between(-30, 30), 590.0
	c.oval(shadow, x, y+14, 330, 22)
	c.box(glass(0xbfd8e6, 150), x-250, y-270, 500, 200)
	for _, dx := range []float64{-270, -90, 90, 270} {
		c.line(steel, 13, dot{x + dx, y - 310}, dot{x + dx, y + 8})
	}
	c.flat(rgb(0x2d6a8f), dot{x - 320, y - 330}, dot{x + 320, y - 330}, dot{x + 290, y - 296}, dot{x - 290, y - 296})
	c.box(rgb(0x1f5473), x-300, y-300, 600, 9)
	c.box(white, x-80, y-262, 160, 150)
	c.box(rgb(0xc9342c), x-80, y-262, 160, 26)
	for i := range 6 {
		c.box(rgb(0x8b9299), x-66, y-224+18*float64(i), 40+c.between(20, 90), 5)
	}
	c.line(wood, 16, dot{x - 250, y - 62}, dot{x + 250, y - 62})
	if fixed {
		return
	}
	hit := dot{x + 180, y - 190}
	for range 13 {
		end := dot{hit.x + c.between(-80, 66), hit.y + c.between(-76, 110)}
		c.line(glass(0xffffff, 220), 2.5, hit, dot{(hit.x+end.x)/2 + c.between(-9, 9), (hit.y + end.y) / 2}, end)
	}
	c.blob(glass(0x6d8294, 220), hit.x, hit.y, 20, 24)
	for range 20 {
		c.blob(glass(0xdbeaf2, 230), x+180+c.between(-90, 80), y+c.between(6, 40), 7, 4)
	}
	c.flat(glass(0x35424c, 160), dot{x - 210, y - 328}, dot{x - 150, y - 328}, dot{x - 172, y - 298}, dot{x - 200, y - 302})
}

func drawCabinet(c *canvas, fixed bool) {
	x, y := 450+c.between(-60, 60), 590.0
	body := rgb(0x9fb0a6)
	c.oval(shadow, x+10, y+12, 170, 20)
	c.box(rgb(0x8f8a82), x-130, y-20, 260, 30)
	c.box(body, x-120, y-320, 240, 300)
	c.box(lighter(body, -0.18), x-128, y-332, 256, 16)
	if fixed {
		c.line(lighter(body, -0.3), 4, dot{x, y - 312}, dot{x, y - 24})
		c.box(rgb(0x3b4147), x-16, y-190, 10, 34)
		c.flat(rgb(0xf2c230), dot{x + 60, y - 270}, dot{x + 90, y - 218}, dot{x + 30, y - 218})
		return
	}
	c.box(rgb(0x20262b), x-110, y-310, 220, 282)
	for i := range 5 {
		c.box(rgb(0x4b545c), x-96, y-296+54*float64(i), 192, 30)
		for j := range 8 {
			c.box(rgb([]uint32{0x3fa06a, 0xd9a92f, 0xc33a2e, 0x3f79b5}[c.IntN(4)]), x-90+23*float64(j), y-290+54*float64(i), 12, 10)
		}
	}
	for range 9 {
		px := x + c.between(-90, 80)
		c.line(rgb([]uint32{0xc33a2e, 0xd9a92f, 0x3f79b5, 0xe8e8e2}[c.IntN(4)]), 4, dot{px, y - 270}, dot{px + c.between(-40, 40), y - 150}, dot{px + c.between(-60, 60), y - 40 + c.between(0, 60)})
	}
	c.flat(lighter(body, -0.08), dot{x + 118, y - 320}, dot{x + 232, y - 292}, dot{x + 232, y + 18}, dot{x + 118, y - 22})
	for range 5 {
		c.box(rgb([]uint32{0xf5e9a8, 0xf2f2ee, 0xf0b9b0}[c.IntN(3)]), x+136+c.between(0, 50), y-270+c.between(0, 180), 38, 48)
	}
}

func (c *canvas) bicycle(x, y, size float64, col color.NRGBA, lean float64) {
	turn := func(dx, dy float64) dot { return dot{x + size*(dx-lean*dy), y + size*(dy+lean*dx)} }
	tyre := rgb(0x24282c)
	for _, dx := range []float64{-1, 1} {
		p := turn(dx*0.72, 0)
		c.ring(tyre, p.x, p.y, 0.44*size, 0.07*size)
		c.ring(glass(0xb8bec4, 160), p.x, p.y, 0.2*size, 0.02*size)
	}
	back, front, crank, saddle, head := turn(-0.72, 0), turn(0.72, 0), turn(-0.1, 0), turn(-0.3, -0.62), turn(0.5, -0.6)
	c.line(col, 0.07*size, back, crank, head, saddle, crank)
	c.line(col, 0.06*size, saddle, back)
	c.line(col, 0.07*size, head, front)
	c.line(tyre, 0.08*size, turn(-0.46, -0.7), turn(-0.16, -0.7))
	c.line(tyre, 0.06*size, turn(0.42, -0.82), head, turn(0.62, -0.84))
}

func drawBicycles(c *canvas, fixed bool) {
	colours := []uint32{0x2f9bd8, 0xf2b32c, 0x3aa565, 0xd9473a}
	if fixed {
		for i := range 6 {
			c.line(steel, 6, dot{130 + 135*float64(i), 570}, dot{130 + 135*float64(i), 510}, dot{165 + 135*float64(i), 510}, dot{165 + 135*float64(i), 570})
		}
		for i := range 5 {
			c.oval(shadow, 190+140*float64(i), 594, 90, 10)
			c.bicycle(190+140*float64(i), 560, 76, rgb(colours[i%4]), 0)
		}
		return
	}
	for i := range 13 {
		x, y := 90+c.between(0, 800), 480+14*float64(i)
		c.oval(shadow, x, y+40, 100, 12)
		c.bicycle(x, y, 74+2*float64(i), rgb(colours[c.IntN(4)]), c.between(-0.75, 0.75))
	}
}

func drawManhole(c *canvas, fixed bool) {
	c.box(rgb(0x5c5f62), 0, kerb+40, pictureWide, pictureTall)
	for range 900 {
		c.box(glass([]uint32{0x6d7073, 0x4b4e51}[c.IntN(2)], 120), c.between(0, pictureWide), c.between(kerb+40, pictureTall), 3, 2)
	}
	c.line(rgb(0xe6e3da), 16, dot{0, 690}, dot{pictureWide, 470})
	x, y := 470+c.between(-40, 40), 580.0
	c.oval(rgb(0x3a3d40), x, y, 200, 92)
	c.oval(rgb(0x85888a), x, y, 184, 82)
	c.oval(rgb(0x6f7376), x, y, 168, 74)
	for i := range 7 {
		k := float64(i-3) / 4
		c.line(rgb(0x4d5154), 7, dot{x - 150 + 26*k*k*4, y + 62*k}, dot{x + 150 - 26*k*k*4, y + 62*k})
	}
	if fixed {
		c.oval(glass(0x2b2d2f, 90), x, y, 226, 106)
		c.oval(rgb(0x7b7f82), x, y, 182, 81)
		for i := range 5 {
			c.ring(rgb(0x595d60), x, y, 14+13*float64(i), 5)
		}
		return
	}
	c.flat(rgb(0x0d0f10), dot{x + 10, y - 66}, dot{x + 96, y - 58}, dot{x + 168, y - 10}, dot{x + 140, y + 44}, dot{x + 60, y + 70}, dot{x - 6, y + 30}, dot{x + 30, y - 12})
	c.flat(rgb(0x55595c), dot{x + 34, y - 10}, dot{x + 92, y - 34}, dot{x + 104, y + 6}, dot{x + 48, y + 30})
	for range 7 {
		a := dot{x + 190, y + c.between(-30, 40)}
		c.line(rgb(0x2c2e30), 4, a, dot{a.x + c.between(20, 60), a.y + c.between(-24, 24)}, dot{a.x + c.between(60, 130), a.y + c.between(-44, 50)})
	}
}

func drawSign(c *canvas, fixed bool) {
	x := 470 + c.between(-60, 60)
	c.oval(shadow, x+10, 622, 70, 12)
	lean := 0.0
	if !fixed {
		lean = 150
	}
	top := dot{x + lean, 190}
	c.line(steel, 16, dot{x, 620}, top)
	blue := rgb(0x1d5aa8)
	along, down := 190.0, lean*0.42
	c.flat(blue, dot{top.x - along, top.y - down}, dot{top.x + along, top.y + down}, dot{top.x + along - 12, top.y + down + 92}, dot{top.x - along - 12, top.y - down + 92})
	for i := range 3 {
		k := -110 + 100*float64(i)
		if !fixed && i == 1 {
			continue // fallen off
		}
		c.box(white, top.x+k-6, top.y+down*k/along+18, 56, 9)
		c.box(white, top.x+k+14, top.y+down*k/along+18, 9, 54)
		c.box(white, top.x+k-2, top.y+down*k/along+42, 48, 8)
	}
	if fixed {
		return
	}
	papers := []uint32{0xf5e9a8, 0xf2f2ee, 0xf0b9b0, 0xc9e0f0}
	for i := range 6 {
		t := 0.2 + 0.11*float64(i)
		c.box(rgb(papers[i%4]), x+lean*t-26, 620-430*t, 52, 42)
		c.box(rgb(0xb03028), x+lean*t-18, 620-430*t+12, 34, 6)
	}
}

func drawTree(c *canvas, fixed bool) {
	x := 430 + c.between(-50, 50)
	bark := rgb(0x64492f)
	c.oval(rgb(0x8a6e4d), x, 600, 120, 26)
	c.flat(bark, dot{x - 34, 604}, dot{x - 20, 300}, dot{x + 20, 300}, dot{x + 36, 604})
	for _, b := range []struct{ x, y, r float64 }{{-120, 220, 120}, {110, 200, 130}, {0, 120, 140}, {-40, 230, 110}} {
		c.blob(rgb(0x3f7040), x+b.x, b.y, b.r, b.r*0.8)
		c.blob(rgb(0x558f4c), x+b.x-16, b.y-20, b.r*0.7, b.r*0.52)
	}
	if fixed {
		for _, dx := range []float64{-90, 90} {
			c.line(wood, 12, dot{x + dx, 612}, dot{x + dx*0.2, 400})
		}
		return
	}
	c.oval(shadow, x+220, 612, 210, 20)
	c.flat(rgb(0xd9b98a), dot{x + 14, 330}, dot{x + 52, 344}, dot{x + 30, 372}, dot{x + 18, 362})
	c.flat(bark, dot{x + 30, 350}, dot{x + 52, 336}, dot{x + 300, 580}, dot{x + 284, 600})
	for range 9 {
		c.blob(rgb([]uint32{0x3f7040, 0x558f4c, 0x6ba55b}[c.IntN(3)]), x+280+c.between(-110, 120), 560+c.between(-60, 40), 62, 40)
	}
}

func drawRubbish(c *canvas, fixed bool) {
	c.box(rgb(0xb9a48f), 0, 250, 960, 160)
	for y := 250.0; y < 410; y += 20 {
		c.line(rgb(0xa38d78), 2, dot{0, y}, dot{960, y})
	}
	x, y := 480+c.between(-60, 60), 540.0
	if fixed {
		c.box(white, x-90, 290, 180, 84)
		c.box(rgb(0xb03028), x-90, 290, 180, 22)
		for i := range 3 {
			c.box(rgb(0x6b7075), x-70, 324+15*float64(i), 140, 6)
		}
		c.oval(glass(0x8f979c, 70), x, y+20, 240, 40)
		return
	}
	c.oval(shadow, x, y+66, 330, 34)
	for range 16 {
		col := rgb([]uint32{0x2d3035, 0x3a3d44, 0xd8d4cb, 0x2f5d86, 0x8a6a45}[c.IntN(5)])
		dx := c.between(-230, 230)
		dy := c.between(-90, 50) * (1 - dx*dx/90000)
		c.blob(col, x+dx, y+dy, c.between(42, 76), c.between(36, 58))
		c.blob(lighter(col, 0.22), x+dx-14, y+dy-16, 18, 12)
	}
	c.flat(rgb(0xb98c58), dot{x - 180, y - 60}, dot{x - 70, y - 96}, dot{x - 40, y - 10}, dot{x - 150, y + 26})
	c.flat(rgb(0xd9c9b0), dot{x + 90, y - 40}, dot{x + 230, y - 10}, dot{x + 216, y + 30}, dot{x + 80, y + 2})
	c.litter(34, x, y+70, 330, 44)
}

func drawRoad(c *canvas, fixed bool) {
	c.box(rgb(0x606366), 0, kerb+24, pictureWide, pictureTall)
	c.box(rgb(0xa9a59d), 0, kerb+14, pictureWide, 18)
	for range 1100 {
		c.box(glass([]uint32{0x72767a, 0x4e5154}[c.IntN(2)], 120), c.between(0, pictureWide), c.between(kerb+34, pictureTall), 3, 2)
	}
	for i := range 5 {
		k := float64(i)
		c.flat(rgb(0xe6e3da), dot{40 + 210*k, 640}, dot{150 + 210*k, 640}, dot{146 + 216*k, 660}, dot{28 + 210*k, 660})
	}
	x, y := 480+c.between(-60, 60), 560.0
	if fixed {
		c.flat(rgb(0x3c3f42), dot{x - 210, y - 62}, dot{x + 190, y - 62}, dot{x + 230, y + 64}, dot{x - 250, y + 64})
		c.line(rgb(0x2a2c2e), 6, dot{x - 210, y - 62}, dot{x + 190, y - 62}, dot{x + 230, y + 64}, dot{x - 250, y + 64}, dot{x - 210, y - 62})
		return
	}
	c.blob(rgb(0x4a4d4f), x, y, 250, 84)
	c.blob(rgb(0x37332e), x, y+4, 214, 66)
	c.blob(rgb(0x6f6556), x+10, y+14, 170, 44)
	c.blob(glass(0x8fa5b5, 210), x+20, y+16, 140, 32)
	for range 12 {
		c.blob(rgb([]uint32{0x55585a, 0x77797a, 0x8a8478}[c.IntN(3)]), x+c.between(-260, 260), y+c.between(-90, 90), 14, 8)
	}
	for _, side := range []float64{-1, 1} {
		c.line(rgb(0x35373a), 5, dot{x + side*220, y}, dot{x + side*290, y - 24}, dot{x + side*330, y - 10}, dot{x + side*400, y - 40})
	}
}
