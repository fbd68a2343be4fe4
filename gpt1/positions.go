package gpt1

import "math"

// AlikePositions returns the cosine of the angle between the embeddings of each pair of positions: 1 for a
// position and itself, 0 for two that have nothing in common. It is nil for an LSTM, which has no positions. [T T]
func (m *Model) AlikePositions() []float32 {
	if m.Embed.Positions == nil {
		return nil
	}
	w, t, c := m.Embed.Positions.Value, m.NCtx, m.NEmbd
	row := func(i int) []float32 { return w[i*c : (i+1)*c] }
	length := make([]float64, t)
	for i := range length {
		length[i] = math.Sqrt(dot(row(i), row(i)))
	}
	out := make([]float32, t*t)
	for i := range t {
		for j := range i + 1 {
			cosine := float32(1)
			if both := length[i] * length[j]; i != j {
				cosine = 0
				if both > 0 {
					cosine = float32(dot(row(i), row(j)) / both)
				}
			}
			out[i*t+j], out[j*t+i] = cosine, cosine
		}
	}
	return out
}

func dot(a, b []float32) (sum float64) {
	for i, x := range a {
		sum += float64(x) * float64(b[i])
	}
	return sum
}
