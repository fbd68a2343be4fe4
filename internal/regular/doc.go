// Package regular opens files whose size can be relied on. Devices, pipes, sockets and folders
// are refused before they are opened, as opening a pipe waits for its other end and opening a
// device may act on it.
package regular
