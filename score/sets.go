package score

// Binary counts predictions of whether one label applies.
// A Binary must not be used by several goroutines at once while it is added to.
type Binary struct{ right, gold, predicted int }

// Add counts an example.
func (b *Binary) Add(gold, predicted bool) {
	if gold {
		b.gold++
	}
	if predicted {
		b.predicted++
	}
	if gold && predicted {
		b.right++
	}
}

// F1 returns the harmonic mean of precision and recall. It is 0 if the label neither applies nor is
// predicted anywhere.
func (b Binary) F1() float64 { return ratio(2*float64(b.right), float64(b.gold+b.predicted)) }

// Sets holds the labels that apply to each example and the labels that are predicted. [N K]
// Sets are safe for concurrent use as long as nothing changes them.
type Sets struct{ Gold, Predicted [][]bool }

// MicroF1 returns F1 over all labels of all examples together.
func (s Sets) MicroF1() float64 {
	var all Binary
	for i, gold := range s.Gold {
		for k, y := range gold {
			all.Add(y, s.Predicted[i][k])
		}
	}
	return all.F1()
}

// MacroF1 returns the mean of F1 over labels.
func (s Sets) MacroF1() float64 {
	if len(s.Gold) == 0 {
		return 0
	}
	labels := make([]Binary, len(s.Gold[0]))
	for i, gold := range s.Gold {
		for k, y := range gold {
			labels[k].Add(y, s.Predicted[i][k])
		}
	}
	sum := 0.0
	for _, b := range labels {
		sum += b.F1()
	}
	return ratio(sum, float64(len(labels)))
}

// Accuracy returns the subset accuracy, the share of examples whose labels are all right.
func (s Sets) Accuracy() float64 {
	right := 0
	for i, gold := range s.Gold {
		same := true
		for k, y := range gold {
			same = same && y == s.Predicted[i][k]
		}
		if same {
			right++
		}
	}
	return ratio(float64(right), float64(len(s.Gold)))
}
