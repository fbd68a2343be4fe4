package finetune

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/score"
)

// films is an outcome of four rows, of which the third is wrong. No row is predicted to be good.
func films() *Outcome {
	spec := Spec{Task: heads.Classification, Space: heads.Space{Labels: []string{"bad", "fair", "good"}, Baseline: "fair"}}
	s := set(0, 1, 2, 0)
	for _, text := range []string{"dull", "so\tso", "a joy\r\nto see", "poor"} {
		s.rows = append(s.rows, loaders.Row{Texts: []string{text}})
	}
	return newOutcome(spec, set(0), s, heads.Losses{}, [][]float32{{3, 0, 0}, {0, 2, 0}, {0, 4, 0}, {1, 0, 0}})
}

func TestReport(t *testing.T) {
	r := films().Report("dev", 3)
	require.Equal(t, r.String(), films().Report("dev", 3).String(), "the same seed, the same intervals")
	require.Equal(t, "fair", r.Baseline.Prediction)
	require.Equal(t, []string{"good"}, r.NeverPredicted)
	for _, m := range r.Measures {
		require.LessOrEqual(t, m.Low, m.Value, m.Name)
		require.GreaterOrEqual(t, m.High, m.Value, m.Name)
	}
	require.Equal(t, `| dev         |  model |    95 % interval | baseline |
| ----------- | -----: | ---------------: | -------: |
| acc         | 0.7500 | 0.2500 to 1.0000 |   0.2500 |
| macro_f1    | 0.5556 | 0.2222 to 0.6667 |   0.1333 |
| weighted_f1 | 0.6667 | 0.2500 to 1.0000 |   0.1000 |
| mcc         | 0.6708 | 0.0000 to 1.0000 |   0.0000 |
baseline: "fair", the most frequent label of the training rows
`, r.measuresTable()[:strings.Index(r.measuresTable(), "expected")])
	require.Contains(t, r.String(), "\n| label | precision | recall |     f1 | 95 % interval | support | predicted |\n")
	require.Contains(t, r.String(), "\n| bad   |    1.0000 | 1.0000 | 1.0000 |  0.00 to 1.00 |       2 |         2 |\n")
	require.Contains(t, r.String(), "\nnever predicted: good\n")
	require.Contains(t, r.String(), "\n| good             |   0 |    1 |    0 |\n")

	unlabelled := set(0, 0)
	unlabelled.unlabelled = true
	require.Nil(t, newOutcome(films().spec, set(0), unlabelled, heads.Losses{}, [][]float32{{1, 0, 0}, {1, 0, 0}}).Report("test", 1))
}

// The interval of the F1 of a class is that of a bootstrap of this F1 alone.
func TestIntervalsOfClasses(t *testing.T) {
	var labels []int32
	var logits [][]float32
	for i := range 90 {
		labels = append(labels, int32(i%2))
		logits = append(logits, [][]float32{{1, 0}, {0, 1}, {0, 1}}[i%3])
	}
	spec := Spec{Task: heads.Classification, Space: heads.Space{Labels: []string{"bad", "good"}}}
	r := newOutcome(spec, set(0), set(labels...), heads.Losses{}, logits).Report("dev", 5)
	for k, c := range r.Classes {
		want := score.Bootstrap(len(labels), 5, func(at []int) []float64 {
			right, both := 0.0, 0.0
			for _, i := range at {
				gold, predicted := int(labels[i]) == k, (logits[i][1] > 0) == (k == 1)
				if gold && predicted {
					right++
				}
				if gold {
					both++
				}
				if predicted {
					both++
				}
			}
			return []float64{2 * right / both}
		})[0]
		require.InDelta(t, want.Low, c.F1Low, 1e-12)
		require.InDelta(t, want.High, c.F1High, 1e-12)
		require.Less(t, c.F1Low, c.F1-0.05)
		require.Greater(t, c.F1High, c.F1+0.05)
	}
	require.Contains(t, r.classesTable(), fmt.Sprintf("| %.4f |  %.2f to %.2f |", r.Classes[1].F1, r.Classes[1].F1Low, r.Classes[1].F1High))
}

func TestReportFile(t *testing.T) {
	var text bytes.Buffer
	require.NoError(t, WriteReports(&text, films().Report("dev", 3), films().Report("test", 3)))
	require.Contains(t, text.String(), "\n        [2, 0, 0],\n", "a row of the matrix is a line")
	var file struct {
		Format int
		Sets   []struct {
			Set       string
			Measures  []Measure
			Confusion [][]int
			Never     []string `json:"never_predicted"`
		}
	}
	require.NoError(t, json.Unmarshal(text.Bytes(), &file))
	require.Equal(t, 1, file.Format)
	require.Equal(t, "test", file.Sets[1].Set)
	require.Equal(t, [][]int{{2, 0, 0}, {0, 1, 0}, {0, 1, 0}}, file.Sets[0].Confusion)
	require.Equal(t, []string{"good"}, file.Sets[0].Never)
	require.Equal(t, "acc", file.Sets[0].Measures[0].Name)
}

func TestReportOfParts(t *testing.T) {
	s := set(0, 1, 2)
	s.places = []place{{part: "x"}, {part: "y"}, {part: "x"}}
	r := newOutcome(films().spec, s, s, heads.Losses{}, [][]float32{{1, 0, 0}, {1, 0, 0}, {1, 0, 0}}).Report("test", 1)
	require.Len(t, r.Parts, 2)
	require.Equal(t, 2, r.Parts[0].Rows)
	require.Equal(t, 0.5, r.Parts[0].Measures["acc"])
	require.Zero(t, r.Parts[1].Measures["acc"])
}

// 150 classes give a table of a few lines; the report has all.
func TestReportOfManyClassesIsShort(t *testing.T) {
	spec, s, logits := Spec{Task: heads.Classification}, &Set{}, [][]float32(nil)
	for k := range 150 {
		spec.Labels = append(spec.Labels, fmt.Sprintf("%s %d", strings.Repeat("very ", 20), k))
		row := make([]float32, 150)
		row[(k+k%2)%150] = 1
		logits = append(logits, row)
		s.Examples = append(s.Examples, set(int32(k)).Examples...)
	}
	r := newOutcome(spec, s, s, heads.Losses{}, logits).Report("dev", 1)
	require.Less(t, strings.Count(r.String(), "\n"), 40)
	for line := range strings.Lines(r.String()) {
		if strings.HasPrefix(line, "|") {
			require.Less(t, len([]rune(line)), 100, line)
		}
	}
	require.Contains(t, r.String(), "the 12 labels with the lowest F1, of 150:\n")
	require.Contains(t, r.String(), " and 63 more\n")
	require.Len(t, r.Classes, 150)
	require.Len(t, r.NeverPredicted, 75)
}

func TestErrors(t *testing.T) {
	var text strings.Builder
	require.NoError(t, films().WriteErrors(&text))
	require.Equal(t, "row\tloss\tgold\tpredicted\tp(gold)\tp(predicted)\ttext\n"+
		"3\t4.0360\tgood\tfair\t0.0177\t0.9647\ta joy\\nto see\n"+
		"4\t0.5514\tbad\tbad\t0.5761\t0.5761\tpoor\n"+
		"2\t0.2395\tfair\tfair\t0.7870\t0.7870\tso\\tso\n"+
		"1\t0.0949\tbad\tbad\t0.9094\t0.9094\tdull\n", text.String())

	text.Reset()
	scores := set(1, 3)
	scores.rows = []loaders.Row{{Texts: []string{"a", "b"}}, {Texts: []string{"c", "d"}}}
	require.NoError(t, newOutcome(Spec{Task: heads.Regression}, scores, scores, heads.Losses{}, [][]float32{{1.5}, {1}}).WriteErrors(&text))
	require.Equal(t, "row\tloss\tgold\tpredicted\ta\tb\n2\t4.0000\t3\t1\tc\td\n1\t0.2500\t1\t1.5\ta\tb\n", text.String())
}

// FuzzParseReports: what is read can be shown and written again.
func FuzzParseReports(f *testing.F) {
	for _, seed := range []string{
		`{"format": 1, "sets": []}`, `{"sets": [null]}`, `{"sets": [{"classes": [{"label": "a"}], "confusion": [[1]], "measures": [{"name": "acc"}]}]}`,
		`{"sets": [{"classes": [{"label": "a"}], "confusion": [[1, 2]]}]}`, `{"sets": [{"confusion": [[]], "answers": [{"answers": 2}], "calibration": {}}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		reports, err := parseReports(data)
		if err != nil {
			return
		}
		for _, r := range reports {
			require.NotEmpty(t, r.String())
		}
		var out bytes.Buffer
		require.NoError(t, WriteReports(&out, reports...))
		again, err := parseReports(out.Bytes())
		require.NoError(t, err)
		require.Len(t, again, len(reports))
	})
}
