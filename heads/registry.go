package heads

// registry has all tasks.
var registry = []Task{
	classification{},
	entailment{},
	similarity{},
	regression{},
	multipleChoice{},
	multiLabel{},
}
