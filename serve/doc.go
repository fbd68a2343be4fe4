// Package serve answers HTTP requests with models: completions in the shape of OpenAI's API, with
// log-probabilities of the prompt, and predictions of fine-tuned models in the shapes of Hugging
// Face's text-embeddings-inference.
//
// [New] returns a handler for any [net/http.Server]. It opens the models, checks who asks and how much,
// and counts. It prints nothing; requests go to a [log/slog.Logger].
//
// Start reading at server.go and guard.go; then completions are in request.go, completions.go and stream.go,
// predictions in predict.go and tasks.go, and what
// people look at in inspect.go, inside.go and pictures.go. openapi.json describes all routes.
package serve
