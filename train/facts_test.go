package train

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSameFacts(t *testing.T) {
	const facts = `{"tokens":5400,"ppl":16.132193588068,"digest":"f2","deep":{"a":[1,2]}}`
	assert.True(t, sameFacts([]byte(facts), []byte(facts)))
	assert.True(t, sameFacts([]byte(facts), []byte(`{"tokens":5400,"ppl":16.132193588067995,"digest":"f2","deep":{"a":[1,2]}}`)))
	for _, other := range []string{
		`{"tokens":5401,"ppl":16.132193588068,"digest":"f2","deep":{"a":[1,2]}}`,
		`{"tokens":5400,"ppl":16.1321936,"digest":"f2","deep":{"a":[1,2]}}`,
		`{"tokens":5400,"ppl":16.132193588068,"digest":"f3","deep":{"a":[1,2]}}`,
		`{"tokens":5400,"ppl":16.132193588068,"digest":"f2","deep":{"a":[1,3]}}`,
		`{"tokens":5400,"ppl":16.132193588068,"digest":"f2"}`,
		`[]`, `{`, ``,
	} {
		assert.False(t, sameFacts([]byte(facts), []byte(other)), other)
	}
}
