package crossing

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

const hugeBytes = 2 << 20

// adviseHuge asks for huge pages under a slab that is not written yet. The slab
// stays memory of the garbage collector like any other, and goes when nobody
// reads it any more; the advice is a hint without which all is as right.
func adviseHuge(slab []uint32) { advise(slab, unix.MADV_HUGEPAGE) }

// collapseHuge asks for them now, where the memory had small pages before.
func collapseHuge(slab []uint32) { advise(slab, unix.MADV_COLLAPSE) }

// advise covers the slab rounded out to whole huge pages. These lie in the same
// arena of the heap: arenas are of 64 MB and begin at multiples of that.
func advise(slab []uint32, advice int) {
	size := uintptr(len(slab)) * 4
	if size < hugeBytes/4 || unsafe.Sizeof(size) < 8 {
		return
	}
	begin := unsafe.Pointer(unsafe.SliceData(slab))
	before := uintptr(begin) % hugeBytes
	length := (before + size + hugeBytes - 1) / hugeBytes * hugeBytes
	_, _, _ = unix.Syscall(unix.SYS_MADVISE, uintptr(begin)-before, length, uintptr(advice))
}
