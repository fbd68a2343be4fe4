// Package safetensors reads and writes the safetensors file format: named,
// typed, dense tensors behind a JSON header.
//
// A file is, in order:
//
//	8 bytes   N, the length of the header, little-endian
//	N bytes   one JSON object: tensor name → {dtype, shape, data_offsets},
//	          and optionally "__metadata__" → {string: string}
//	the rest  the tensors' bytes, row-major and little-endian; data_offsets
//	          count from here, and together they cover every byte once
//
// The reader treats a file as hostile: each number of the header is checked
// before it is used, so a file that [Open] accepts can be read without a panic
// and without more memory than the header and the tensor asked for. The writer
// is deterministic: the same tensors and metadata give the same bytes.
//
// The package knows nothing of models, graphs or training; it does not rename,
// transpose or check tensors against a model (package checkpoint does), and it
// does not make a write atomic (pass [Write] the writer of internal/atomicfile).
//
// Start reading at [File] for reading and at [Write] for writing; header.go has
// the checks.
package safetensors
