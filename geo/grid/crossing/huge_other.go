//go:build !linux

package crossing

func adviseHuge([]uint32) {}

func collapseHuge([]uint32) {}
