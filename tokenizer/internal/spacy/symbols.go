package spacy

import "unicode"

// isSymbol reports whether r is of the general category So as of Unicode 17: symbols such as ©
// and °, box drawings, emoji.
func isSymbol(r rune) bool { return unicode.Is(unicode.So, r) || unicode.Is(newSymbols, r) }

// newSymbols are the symbols that came with Unicode 15.1, 16 and 17, which Go's tables lack.
var newSymbols = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x2427, Hi: 0x2429, Stride: 1}, // control pictures
		{Lo: 0x2B96, Hi: 0x2B96, Stride: 1}, // arrow
		{Lo: 0x2FFC, Hi: 0x2FFF, Stride: 1}, // ideographic description
		{Lo: 0x31E4, Hi: 0x31E5, Stride: 1}, // CJK strokes
		{Lo: 0x31EF, Hi: 0x31EF, Stride: 1}, // ideographic description
		{Lo: 0xFBC3, Hi: 0xFBD2, Stride: 1}, // Arabic honorifics
		{Lo: 0xFD90, Hi: 0xFD91, Stride: 1},
		{Lo: 0xFDC8, Hi: 0xFDCE, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x10ED1, Hi: 0x10ED8, Stride: 1}, // Arabic honorifics
		{Lo: 0x1CC00, Hi: 0x1CCEF, Stride: 1}, // legacy computing
		{Lo: 0x1CCFA, Hi: 0x1CCFC, Stride: 1},
		{Lo: 0x1CD00, Hi: 0x1CEB3, Stride: 1},
		{Lo: 0x1CEBA, Hi: 0x1CED0, Stride: 1},
		{Lo: 0x1CEE0, Hi: 0x1CEEF, Stride: 1},
		{Lo: 0x1F6D8, Hi: 0x1F6D8, Stride: 1}, // emoji, arrows, chess, and legacy computing again
		{Lo: 0x1F777, Hi: 0x1F77A, Stride: 1},
		{Lo: 0x1F8B2, Hi: 0x1F8BB, Stride: 1},
		{Lo: 0x1F8C0, Hi: 0x1F8C1, Stride: 1},
		{Lo: 0x1FA54, Hi: 0x1FA57, Stride: 1},
		{Lo: 0x1FA89, Hi: 0x1FA8A, Stride: 1},
		{Lo: 0x1FA8E, Hi: 0x1FA8F, Stride: 1},
		{Lo: 0x1FABE, Hi: 0x1FABE, Stride: 1},
		{Lo: 0x1FAC6, Hi: 0x1FAC6, Stride: 1},
		{Lo: 0x1FAC8, Hi: 0x1FAC8, Stride: 1},
		{Lo: 0x1FACD, Hi: 0x1FACD, Stride: 1},
		{Lo: 0x1FADC, Hi: 0x1FADC, Stride: 1},
		{Lo: 0x1FADF, Hi: 0x1FADF, Stride: 1},
		{Lo: 0x1FAE9, Hi: 0x1FAEA, Stride: 1},
		{Lo: 0x1FAEF, Hi: 0x1FAEF, Stride: 1},
		{Lo: 0x1FBCB, Hi: 0x1FBEF, Stride: 1},
		{Lo: 0x1FBFA, Hi: 0x1FBFA, Stride: 1},
	},
}
