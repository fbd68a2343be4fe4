// Package optim updates parameters as the 2018 code did: clip by global norm,
// then Adam as published with decoupled L2. The update is a Gorgonia graph of
// its own, run by a TapeMachine, with one node a parameter; it consumes the
// gradients that step graphs left in the store and clears them.
//
// Start reading at optimizer.go; the learning-rate schedules are in schedule.go.
package optim
