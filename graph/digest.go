package graph

import (
	"encoding/binary"
	"encoding/hex"
	"hash/crc64"
	"math"
	"slices"
)

// Digest returns a checksum of all values: stores with other weights have another one.
func (s *Store) Digest() string {
	sum, bytes := crc64.New(crc64.MakeTable(crc64.ECMA)), make([]byte, 0, 1<<16)
	for _, p := range s.params {
		for part := range slices.Chunk(p.Value, 1<<14) {
			bytes = bytes[:0]
			for _, x := range part {
				bytes = binary.LittleEndian.AppendUint32(bytes, math.Float32bits(x))
			}
			sum.Write(bytes) // never fails
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}
