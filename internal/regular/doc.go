// Package regular opens regular files only. It rejects devices, pipes, sockets and folders before it opens
// them, because opening a pipe waits for its other end and opening a device may affect it.
package regular
