package storyworld

// Split says what a text is for. Splits share neither names nor templates.
type Split string

// The splits of labelled rows.
const (
	Train Split = "train"
	Dev   Split = "dev"
	Test  Split = "test"

	pretraining Split = "pre-training"
)
