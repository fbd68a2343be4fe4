// Package clients_test lets the client libraries of others talk to the server. It is a module of its own,
// so that nobody else needs these libraries.
package clients_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/stretchr/testify/require"

	"gorgpt"
	"gorgpt/serve"
)

const folder = "../../testdata/stability/c3479e4/tuned-done"

func client(t *testing.T, key string) openai.Client {
	t.Helper()
	s, err := serve.New([]serve.Named{{Name: "tuned", Dir: folder}}, serve.Options{Key: "secret"})
	require.NoError(t, err)
	require.NoError(t, s.Load(context.Background()))
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return openai.NewClient(option.WithBaseURL(h.URL+"/v1/"), option.WithAPIKey(key), option.WithMaxRetries(0))
}

func params() openai.CompletionNewParams {
	return openai.CompletionNewParams{
		Model: "tuned", Prompt: openai.CompletionNewParamsPromptUnion{OfString: openai.String("the boy saw")},
		MaxTokens: openai.Int(12), Temperature: openai.Float(0), Logprobs: openai.Int(2), Echo: openai.Bool(true), N: openai.Int(2),
	}
}

func TestCompletions(t *testing.T) {
	c, ctx := client(t, "secret"), context.Background()
	m, err := gorgpt.Open(folder)
	require.NoError(t, err)
	want := "the boy saw"
	for piece, err := range m.Generate(ctx, want, gorgpt.Sampling{Tokens: 12}) {
		require.NoError(t, err)
		want += piece
	}
	got, err := c.Completions.New(ctx, params())
	require.NoError(t, err)
	require.Len(t, got.Choices, 2)
	for _, choice := range got.Choices {
		require.Equal(t, want, choice.Text)
		require.Equal(t, openai.CompletionChoiceFinishReasonLength, choice.FinishReason)
		require.Equal(t, want, strings.Join(choice.Logprobs.Tokens, ""))
		require.Len(t, choice.Logprobs.TokenLogprobs, len(choice.Logprobs.Tokens))
	}
	require.EqualValues(t, 24, got.Usage.CompletionTokens)

	plain := params()
	plain.Echo = openai.Bool(false) // with echo, the first alternatives are null, at which this client gives up
	got, err = c.Completions.New(ctx, plain)
	require.NoError(t, err)
	for _, top := range got.Choices[0].Logprobs.TopLogprobs {
		require.NotEmpty(t, top)
	}
	require.Len(t, got.Choices[0].Logprobs.TopLogprobs, 12)

	texts := make([]string, 2)
	stream := c.Completions.NewStreaming(ctx, params())
	for stream.Next() {
		for _, choice := range stream.Current().Choices {
			texts[choice.Index] += choice.Text
		}
	}
	require.NoError(t, stream.Err())
	require.Equal(t, []string{want, want}, texts)

	models, err := c.Models.List(ctx)
	require.NoError(t, err)
	require.Equal(t, "tuned", models.Data[0].ID)
}

func TestErrors(t *testing.T) {
	var failed *openai.Error
	c := client(t, "wrong")
	_, err := c.Completions.New(context.Background(), params())
	require.ErrorAs(t, err, &failed)
	require.Equal(t, http.StatusUnauthorized, failed.StatusCode)
	require.Equal(t, "invalid_api_key", failed.Code)

	p := params()
	p.Suffix = openai.String("the end")
	c = client(t, "secret")
	_, err = c.Completions.New(context.Background(), p)
	require.ErrorAs(t, err, &failed)
	require.Equal(t, http.StatusUnprocessableEntity, failed.StatusCode)
	require.Equal(t, "suffix", failed.Param)
}
