package finetune

import (
	"encoding/binary"
	"encoding/hex"
	"hash/crc64"
	"math"
	"slices"

	"gorgpt/graph"
	"gorgpt/train"
)

// Command is what run.json calls these runs.
const Command = "finetune"

// record is all that is needed to repeat the run.
func (j *Job) record() (*train.Record, error) {
	facts := j.sets.facts()
	facts.Start = digest(j.model.Store)
	return train.NewRecord(Command, j.Settings, j.Upkeep, facts, j.model.Store.Len())
}

// digest tells weights apart.
func digest(s *graph.Store) string {
	sum, bytes := crc64.New(crc64.MakeTable(crc64.ECMA)), make([]byte, 0, 1<<16)
	for _, p := range s.Params() {
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

// files are those of the model folder, beside shape and weights.
func (j *Job) files() (map[string][]byte, error) {
	files, err := j.tok.Files()
	if err != nil {
		return nil, err
	}
	files[SpecFile], err = j.task.Spec.JSON()
	return files, err
}
