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

// Precision returns the share of the predictions that are right. It is 0 if the label is never
// predicted.
func (b Binary) Precision() float64 { return ratio(float64(b.right), float64(b.predicted)) }

// Recall returns the share of the examples with the label that are predicted to have it. It is 0 if
// the label never applies.
func (b Binary) Recall() float64 { return ratio(float64(b.right), float64(b.gold)) }

// Support returns how many examples have the label.
func (b Binary) Support() int { return b.gold }

// Predicted returns for how many examples the label is predicted.
func (b Binary) Predicted() int { return b.predicted }

// Right returns how many examples with the label are predicted to have it.
func (b Binary) Right() int { return b.right }

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

// Labels counts the predictions of each label. [K]
func (s Sets) Labels() []Binary {
	if len(s.Gold) == 0 {
		return nil
	}
	labels := make([]Binary, len(s.Gold[0]))
	for i, gold := range s.Gold {
		for k, y := range gold {
			labels[k].Add(y, s.Predicted[i][k])
		}
	}
	return labels
}

// MacroF1 returns the mean of F1 over labels.
func (s Sets) MacroF1() float64 {
	sum, labels := 0.0, s.Labels()
	for _, b := range labels {
		sum += b.F1()
	}
	return ratio(sum, float64(len(labels)))
}

// WeightedF1 returns the mean of F1 over labels, weighted by how often each applies.
func (s Sets) WeightedF1() float64 {
	sum, total := 0.0, 0.0
	for _, b := range s.Labels() {
		sum += float64(b.gold) * b.F1()
		total += float64(b.gold)
	}
	return ratio(sum, total)
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
