package graph

import (
	"encoding/binary"
	"encoding/hex"
	"hash/crc64"
	"math"
	"slices"
)

// Digest returns a checksum of all values: stores with other weights have another one. That of
// compact weights is the one of the float32 values that they stand for.
func (s *Store) Digest() string {
	sum, bytes := crc64.New(crc64.MakeTable(crc64.ECMA)), make([]byte, 0, 1<<16)
	add := func(values []float32) {
		for part := range slices.Chunk(values, 1<<14) {
			bytes = bytes[:0]
			for _, x := range part {
				bytes = binary.LittleEndian.AppendUint32(bytes, math.Float32bits(x))
			}
			sum.Write(bytes) // never fails
		}
	}
	for _, p := range s.params {
		add(p.Value)
		if p.compact != nil {
			row := make([]float32, p.Shape[1])
			for i := range p.Shape[0] {
				p.compact.Row(i, row)
				add(row)
			}
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}
