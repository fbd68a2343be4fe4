// Package npy reads NumPy's .npy files of float32, the form of the weights that
// OpenAI released in 2018.
//
// A file is, in order:
//
//	6 bytes   "\x93NUMPY"
//	2 bytes   the version: 1.0, 2.0 or 3.0
//	2 bytes   N, the length of the header, little-endian (4 bytes from 2.0 on)
//	N bytes   a Python dictionary with descr, fortran_order and shape, then
//	          spaces and a line break
//	the rest  the elements
//
// The reader treats a file as hostile: lengths are checked before they are used, a
// header may have 10,000 bytes, as in NumPy itself, and the data must be as long as the
// shape says. Types other than little-endian float32 and arrays in Fortran's order are
// refused.
//
// The package knows nothing of models; package checkpoint says which array is which.
// Start reading at [Open].
package npy
