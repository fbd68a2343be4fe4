// Package hub downloads models and datasets from the Hugging Face hub, or from a server that answers like it. [Fetch]
// is one call for a model:
//
//	dir, err := hub.Fetch(ctx, "openai-community/openai-gpt")
//	m, err := gorgpt.Open(dir)
//
// Files are kept in the cache of Hugging Face's own tools, in their layout and under their locks, so a file that Python has
// downloaded is not downloaded again, nor does Python download what this package has.
//
// Nothing gets its name in the cache before its size and its SHA-256, or the SHA-1 of its git blob, are those that the
// server lists. No name that a server lists leads out of the cache.
//
// A [Client] lists a repository with [Client.List], then gets the files that are needed with [Client.Get]. The package does
// not upload, and it opens no file that it has downloaded. Start reading at client.go; ref.go has the form of references.
package hub
