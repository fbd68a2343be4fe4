package serve

import (
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"time"

	"github.com/pkg/errors"

	"gorgpt/train/runs"
)

// runInfo is a run in a list.
type runInfo struct {
	Name       string            `json:"name"`
	Command    string            `json:"command"`
	Completed  bool              `json:"completed"`
	Age        float64           `json:"age_s"` // since metrics were written; -1: never
	Parameters int               `json:"parameters"`
	Settings   map[string]string `json:"settings"`
	Facts      map[string]string `json:"facts"`
	Uniform    float64           `json:"uniform_loss"`
	Unigram    float64           `json:"unigram_loss"`
	Error      string            `json:"error,omitempty"`
}

// watched returns the folder of runs.
func (s *Server) watched() (*runs.Folder, error) {
	if s.runs == nil {
		return nil, &problem{http.StatusNotFound, "no_runs", "", "the server shows no runs: start it with a folder of runs"}
	}
	return s.runs, nil
}

// run returns the folder of runs and the path of the run that a request names.
func (s *Server) run(r *http.Request) (*runs.Folder, string, error) {
	f, err := s.watched()
	if err != nil {
		return nil, "", err
	}
	name := r.URL.Query().Get("run")
	if !fs.ValidPath(name) || name != path.Clean(name) {
		return nil, "", invalid("run", "run must be the name of a run, as /runs lists it")
	}
	return f, name, nil
}

// listRuns answers GET /runs.
func (s *Server) listRuns(w http.ResponseWriter, _ *http.Request) error {
	f, err := s.watched()
	if err != nil {
		return err
	}
	all, more, err := f.List()
	if err != nil {
		return err
	}
	out := make([]runInfo, len(all))
	for i, r := range all {
		out[i] = runInfo{r.Name, r.Command, r.Completed, -1, r.Parameters, r.Settings, r.Facts, r.Uniform, r.Unigram, ""}
		if !r.Changed.IsZero() {
			out[i].Age = max(0, time.Since(r.Changed).Seconds()) // the clock of another machine may be ahead
		}
		if r.Err != nil {
			out[i].Error = r.Err.Error() // its paths are below the folder
		}
	}
	return writeJSON(w, http.StatusOK, map[string]any{"runs": out, "more": more})
}

// runMetrics answers GET /runs/metrics.
func (s *Server) runMetrics(w http.ResponseWriter, r *http.Request) error {
	f, name, err := s.run(r)
	if err != nil {
		return err
	}
	from := int64(0)
	if text := r.URL.Query().Get("from"); text != "" {
		if from, err = strconv.ParseInt(text, 10, 64); err != nil || from < 0 {
			return invalid("from", "from must be a number of bytes, as next of an earlier answer")
		}
	}
	m, err := f.Metrics(name, from)
	if err != nil {
		return unreadable(err)
	}
	return writeJSON(w, http.StatusOK, m)
}

// runReport answers GET /runs/report.
func (s *Server) runReport(w http.ResponseWriter, r *http.Request) error {
	f, name, err := s.run(r)
	if err != nil {
		return err
	}
	report, err := f.Report(name)
	if err != nil {
		return unreadable(err)
	}
	return writeJSON(w, http.StatusOK, report)
}

// unreadable is the problem of a run whose files cannot be read.
func unreadable(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &problem{http.StatusNotFound, "run_not_found", "run", "there is no such run, or it has no metrics yet"}
	}
	return &problem{http.StatusUnprocessableEntity, "damaged_run", "run", err.Error()}
}
