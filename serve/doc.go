// Package serve answers HTTP requests with models: completions in the format of OpenAI's API, with
// log-probabilities of the prompt, and predictions of fine-tuned models in the formats of Hugging
// Face's text-embeddings-inference.
//
// [New] returns a handler for any [net/http.Server]. The handler opens the models, checks who asks and for how
// much, and counts requests. It prints nothing; it logs requests to a [log/slog.Logger].
//
// Start reading at server.go and guard.go. Completions are in request.go, completions.go and stream.go,
// predictions in predict.go and tasks.go, and what the page shows of models in inspect.go, inside.go and
// pictures.go. openapi.json describes all routes.
package serve
