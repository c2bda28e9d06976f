//go:build unix && !linux

package field

func adviseHuge([]byte) {}
