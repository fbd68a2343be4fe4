// Package optim updates parameters as the 2018 code did: it clips by global norm, then applies Adam
// as published, with decoupled L2. The update is a separate Gorgonia graph with one node per
// parameter. It reads the gradients that step graphs have added to the store, and clears them.
//
// Start reading at optimizer.go; the learning-rate schedules are in schedule.go.
package optim
