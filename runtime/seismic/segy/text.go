package segy

import "strings"

// toLatin is what the codes of EBCDIC (IBM 037) stand for, where it is a
// character that text headers have; 0 elsewhere.
var toLatin = func() (table [256]byte) {
	put := func(from byte, text string) {
		for i := range len(text) {
			table[int(from)+i] = text[i]
		}
	}
	put(0x40, " ")
	put(0x4b, ".<(+|&")
	put(0x5a, "!$*);")
	put(0x60, "-/")
	put(0x6b, ",%_>?")
	put(0x7a, ":#@'=\"")
	put(0x79, "`")
	put(0x81, "abcdefghi")
	put(0x91, "jklmnopqr")
	put(0xa2, "stuvwxyz")
	put(0xa1, "~")
	put(0xb0, "^")
	put(0xba, "[]")
	put(0xc0, "{ABCDEFGHI")
	put(0xd0, "}JKLMNOPQR")
	put(0xe0, "\\")
	put(0xe2, "STUVWXYZ")
	put(0xf0, "0123456789")
	return table
}()

var toEBCDIC = func() (table [256]byte) {
	for i := range table {
		table[i] = 0x40
	}
	for code, c := range toLatin {
		if c != 0 {
			table[c] = byte(code)
		}
	}
	return table
}()

// ebcdic is a text header: 40 lines of 80 characters.
func ebcdic(text string) []byte {
	out := make([]byte, textBytes)
	for i := range out {
		out[i] = 0x40
	}
	for i, line := range strings.Split(text, "\n") {
		for k := 0; i < 40 && k < min(len(line), 80); k++ {
			out[80*i+k] = toEBCDIC[line[k]]
		}
	}
	return out
}

// cards are the lines of a text header, without what is blank at their ends. It
// is EBCDIC or, as many write it, ASCII: whatever gives more printable characters.
func cards(b []byte) []string {
	printable, latin := 0, 0
	for _, c := range b {
		if c >= ' ' && c <= '~' {
			printable++
		}
		if toLatin[c] != 0 {
			latin++
		}
	}
	var lines []string
	for i := 0; i+80 <= len(b); i += 80 {
		line := make([]byte, 80)
		for k, c := range b[i : i+80] {
			line[k] = c
			if latin >= printable {
				line[k] = toLatin[c]
			}
			if line[k] < ' ' || line[k] > '~' {
				line[k] = ' '
			}
		}
		lines = append(lines, strings.TrimRight(string(line), " "))
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}
