package parcel

import "context"

// share groups cells into as many contiguous areas of work as there are workers,
// of much the same load: by the same joining and exchange as blocks become cells,
// without barriers. Areas are numbered by their first cell. Where parts of the
// region do not touch there may be more loads in one area than in another.
func share(cells []Cell, ties []map[int32]tie, workers int, f frame) {
	z := &zones{free: true, ties: ties, blocks: make([]block, len(cells))}
	var area float64
	for i, c := range cells {
		z.blocks[i] = block{area: c.Area, load: c.Load}
		for _, poly := range c.Geom {
			for _, ring := range poly {
				z.blocks[i].perimeter += f.round(ring)
			}
		}
		z.want += c.Load / float64(workers)
		area += c.Area
	}
	z.side = area / float64(workers)
	z.begin()
	for left := len(cells); left > workers; left-- {
		small := int32(-1)
		for i, n := range z.list {
			if n != nil && (small < 0 || n.load < z.list[small].load) {
				small = int32(i)
			}
		}
		host := z.host(small)
		if host < 0 { // an island: to whoever has least
			for i, n := range z.list {
				if n != nil && int32(i) != small && (host < 0 || n.load < z.list[host].load) {
					host = int32(i)
				}
			}
		}
		z.join(small, host)
	}
	_ = z.exchange(context.Background()) // never broken off
	for i := range cells {
		cells[i].Work = int(z.of[i]) + 1
	}
}
