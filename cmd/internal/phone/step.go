package phone

// Step takes one input and tells what is to be done about it.
func Step(s State, in Input) (State, []Effect) { return s, nil }
