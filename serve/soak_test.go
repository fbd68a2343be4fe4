package serve

import (
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Under a mixed load of 32 clients, one request in twenty of which vanishes, every answer is the one that
// a client has alone, memory stays flat, and nothing is left behind. GORGPT_SOAK sets how long.
func TestSoak(t *testing.T) {
	long := 2 * time.Second
	if text := os.Getenv("GORGPT_SOAK"); text != "" {
		var err error
		long, err = time.ParseDuration(text)
		require.NoError(t, err)
	}
	s, h := start(t, Options{})
	type question struct{ path, body, answer string }
	var questions []question
	for _, body := range []string{
		`{"prompt": "the boy saw", "max_tokens": 20, "seed": 1}`, `{"prompt": "the girl", "max_tokens": 60, "seed": 2, "logprobs": 2}`,
		`{"prompt": ["a gull", "the sea was"], "max_tokens": 9, "seed": 3, "n": 2, "echo": true, "logprobs": 1}`,
		`{"prompt": "the boy had a lamp", "max_tokens": 30, "temperature": 0, "stop": "sea"}`, `{"model": "base", "prompt": "the", "max_tokens": 10, "seed": 4}`,
	} {
		questions = append(questions, question{path: "/v1/completions", body: body})
	}
	for _, body := range []string{`{"inputs": "the boy was glad"}`, `{"inputs": ["the sea", "the girl saw the gull at night and was sad", "a lamp"]}`} {
		questions = append(questions, question{path: "/predict", body: body})
	}
	for i, q := range questions {
		status, answer := post(t, h.URL+q.path, q.body)
		require.Equal(t, http.StatusOK, status, answer)
		questions[i].answer = timeless(answer)
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	ask := func(ctx context.Context, q question) (string, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL+q.path, strings.NewReader(q.body))
		if err != nil {
			return "", err
		}
		r.Header.Set("Content-Type", "application/json")
		a, err := client.Do(r)
		if err != nil {
			return "", err
		}
		defer a.Body.Close()
		data, err := io.ReadAll(a.Body)
		return timeless(string(data)), err
	}
	var asked, vanished atomic.Int64
	phase := func(d time.Duration) {
		end := time.Now().Add(d)
		var wait sync.WaitGroup
		for i := range 32 {
			random := rand.New(rand.NewPCG(uint64(i), uint64(d)))
			wait.Go(func() {
				for time.Now().Before(end) {
					q := questions[random.IntN(len(questions))]
					ctx, leave := context.WithCancel(context.Background())
					if random.IntN(20) == 0 {
						time.AfterFunc(time.Duration(random.IntN(20))*time.Millisecond, leave)
					}
					answer, err := ask(ctx, q)
					gone := ctx.Err() != nil
					leave()
					if gone {
						vanished.Add(1)
						continue
					}
					asked.Add(1)
					if !assert.NoError(t, err) || !assert.Equal(t, q.answer, answer) {
						return
					}
				}
			})
		}
		wait.Wait()
		client.CloseIdleConnections()
	}
	phase(long / 4)
	require.Eventually(t, func() bool { return len(s.places) == 0 }, 10*time.Second, time.Millisecond)
	before, goroutines := heap(), runtime.NumGoroutine()
	phase(long * 3 / 4)
	require.Eventually(t, func() bool { return len(s.places) == 0 && runtime.NumGoroutine() <= goroutines+4 }, 10*time.Second, 10*time.Millisecond)
	require.Less(t, heap()-before, int64(8<<20))
	require.Positive(t, vanished.Load())
	t.Logf("%d answers, %d clients left, heap %+d bytes", asked.Load(), vanished.Load(), heap()-before)
}

// timeless is an answer without its id and time.
func timeless(answer string) string {
	var object map[string]any
	if json.Unmarshal([]byte(answer), &object) != nil {
		return answer
	}
	delete(object, "id")
	delete(object, "created")
	data, err := json.Marshal(object)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}
