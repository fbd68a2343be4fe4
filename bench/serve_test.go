package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gorgpt"
	"gorgpt/serve"
)

// BenchmarkServe predicts texts of 30 tokens, which are sequences of 32, for 64 clients that ask for one text at a time over
// HTTP, and in one call of PredictAll. ms/answer is the time that a client waits.
func BenchmarkServe(b *testing.B) {
	const clients = 64
	for _, preset := range []string{"tiny", "gpt1"} {
		b.Run(preset, func(b *testing.B) {
			ctx := context.Background()
			dir, texts := classifier(b, preset)
			s, err := serve.New([]serve.Named{{Name: preset, Dir: dir}}, serve.Options{})
			require.NoError(b, err)
			require.NoError(b, s.Load(ctx))
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(b, err)
			h := s.HTTPServer("")
			go func() { _ = h.Serve(listener) }() // until Close
			defer h.Close()
			url := "http://" + listener.Addr().String() + "/predict"
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
			defer client.CloseIdleConnections()
			bodies := make([][]byte, len(texts))
			for i, text := range texts {
				bodies[i], err = json.Marshal(map[string]string{"inputs": text})
				require.NoError(b, err)
			}
			waits := make([]time.Duration, len(texts))
			ask := func(i int) {
				start := time.Now()
				answer, err := client.Post(url, "application/json", bytes.NewReader(bodies[i]))
				if !assert.NoError(b, err) {
					return
				}
				defer answer.Body.Close()
				_, err = io.Copy(io.Discard, answer.Body)
				assert.NoError(b, err)
				assert.Equal(b, http.StatusOK, answer.StatusCode)
				waits[i] = time.Since(start)
			}
			m, err := gorgpt.Open(dir)
			require.NoError(b, err)
			inputs := textInputs(texts)
			var served, called, answers []time.Duration
			for b.Loop() {
				start := time.Now()
				var wait sync.WaitGroup
				for i := range clients {
					wait.Go(func() {
						for k := i; k < len(texts); k += clients {
							ask(k)
						}
					})
				}
				wait.Wait()
				served, answers = append(served, time.Since(start)), append(answers, waits...)
				start = time.Now()
				_, err := m.PredictAll(ctx, inputs)
				require.NoError(b, err)
				called = append(called, time.Since(start))
			}
			b.ReportMetric(float64(len(texts))/median(served).Seconds(), "texts/s-64")
			b.ReportMetric(1e3*median(answers).Seconds(), "ms/answer")
			b.ReportMetric(float64(len(texts))/median(called).Seconds(), "texts/s")
		})
	}
}
