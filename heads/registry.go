package heads

// registry lists all tasks.
var registry = []Task{
	classification{},
	entailment{},
	similarity{},
	regression{},
	multipleChoice{},
	multiLabel{},
}
