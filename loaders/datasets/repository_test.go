package datasets

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChoose(t *testing.T) {
	glue := "README.md cola/train-00000-of-00001.parquet mnli/train-00000-of-00001.parquet mnli/validation_matched-00000-of-00001.parquet " +
		"mnli/validation_mismatched-00000-of-00001.parquet mnli/test_matched-00000-of-00001.parquet mnli_matched/validation-00000-of-00001.parquet " +
		"sst2/train-00000-of-00001.parquet sst2/validation-00000-of-00001.parquet sst2/test-00000-of-00001.parquet"
	race := "all/train-00000-of-00001.parquet all/test-00000-of-00001.parquet high/train-00000-of-00002.parquet high/train-00001-of-00002.parquet " +
		"middle/train-00000-of-00001.parquet middle/validation-00000-of-00001.parquet middle/test-00000-of-00001.parquet"
	for _, c := range []struct{ name, paths, dir, root, files string }{
		{"SST-2", glue, "sst2", "sst2", "sst2/train-00000-of-00001.parquet sst2/validation-00000-of-00001.parquet sst2/test-00000-of-00001.parquet"},
		{"SST-2", glue, "", "sst2", "sst2/train-00000-of-00001.parquet sst2/validation-00000-of-00001.parquet sst2/test-00000-of-00001.parquet"},
		{"SST-2", "data/train-00000-of-00001.parquet data/validation-00000-of-00001.parquet", "", "data", "data/train-00000-of-00001.parquet data/validation-00000-of-00001.parquet"},
		{"SST-2", "data/test-00000-of-00001.parquet", "", "", ""},
		{"MNLI-matched", glue, "mnli", "mnli", "mnli/train-00000-of-00001.parquet mnli/validation_matched-00000-of-00001.parquet mnli/test_matched-00000-of-00001.parquet"},
		{"RACE-middle", race, "", "", "middle/train-00000-of-00001.parquet middle/validation-00000-of-00001.parquet middle/test-00000-of-00001.parquet"},
		{"RACE", race, "", "", "middle/train-00000-of-00001.parquet high/train-00000-of-00002.parquet high/train-00001-of-00002.parquet middle/validation-00000-of-00001.parquet middle/test-00000-of-00001.parquet"},
		{"SICK", "default/train/0000.parquet default/validation/0000.parquet default/test/0000.parquet", "default", "default", "default/train/0000.parquet default/validation/0000.parquet default/test/0000.parquet"},
		{"CoLA", "CoLA/train.tsv.gz CoLA/dev.tsv", "", "CoLA", "CoLA/train.tsv.gz CoLA/dev.tsv"},
	} {
		d, err := Find(c.name)
		require.NoError(t, err)
		root, files := d.Choose(strings.Fields(c.paths), c.dir)
		require.Equal(t, c.root, root, c.name)
		require.Equal(t, c.files, strings.Join(files, " "), c.name)
		if c.files == "" {
			continue
		}
		// Read finds the same files in a copy of them.
		contents := map[string]string{}
		for _, name := range files {
			contents[name] = "x"
		}
		dir := folder(t, contents)
		place, err := d.locate(filepath.Join(dir, filepath.FromSlash(root)))
		require.NoError(t, err)
		var there []string
		for _, parts := range [][]found{place.train, place.dev, place.test} {
			for _, p := range parts {
				for _, path := range p.paths {
					rel, err := filepath.Rel(dir, path)
					require.NoError(t, err)
					there = append(there, filepath.ToSlash(rel))
				}
			}
		}
		require.Equal(t, files, there, c.name)
	}
}

func TestRepositories(t *testing.T) {
	for name := range repositories {
		d, err := Find(name)
		require.NoError(t, err)
		require.Equal(t, name, d.Name)
	}
	part, err := Find("RACE-high")
	require.NoError(t, err)
	require.Equal(t, "ehovy/race", part.Repository())
}

func TestChooseRows(t *testing.T) {
	glue := "ax/test-00000-of-00001.parquet cola/train-00000-of-00001.parquet cola/validation-00000-of-00001.parquet cola/test-00000-of-00001.parquet sst2/train-00000-of-00001.parquet README.md"
	for _, c := range []struct {
		files, path string
		split       Split
		want, err   string
	}{
		{"data/train-00000-of-00001.parquet data/test-00000-of-00001.parquet README.md", "", Training, "data/train-00000-of-00001.parquet", ""},
		{"data/train-00000-of-00002.parquet data/train-00001-of-00002.parquet", "", Training, "data/train-*-of-*.parquet", ""},
		{"data/train-00000-of-00001.parquet", "", Validation, "", "no file of rows shows by its name that it is for validation: the files are data/train-00000-of-00001.parquet; name one of them"},
		{glue, "cola", Validation, "cola/validation-00000-of-00001.parquet", ""},
		{glue, "", Training, "", "several files could be the rows (cola/train-00000-of-00001.parquet, sst2/train-00000-of-00001.parquet)"},
		{glue, "cola/test-*.parquet", Training, "cola/test-00000-of-00001.parquet", ""},
		{"default/train/0000.parquet default/train/0001.parquet default/test/0000.parquet", "", Training, "default/train/*.parquet", ""},
		{"reviews.csv README.md LICENSE", "", Training, "reviews.csv", ""},
		{"reviews.csv README.md", "", Testing, "", "no file of rows shows"},
		{"train.jsonl.gz train.csv dev.jsonl dev.csv", "", Validation, "dev.jsonl", ""},
		{"a/train.csv a/trainer.csv a/latest.csv", "", Training, "a/train.csv", ""},
		{"README.md notes.txt", "", Training, "", "there are no files of rows (.parquet, .jsonl, .ndjson, .json, .csv, .tsv)"},
		{"notes.txt", "notes.txt", Testing, "notes.txt", ""},
	} {
		files, name, err := ChooseRows(strings.Fields(c.files), c.path, c.split)
		if c.err != "" {
			require.ErrorContains(t, err, c.err)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, c.want, name)
		again, same, err := ChooseRows(strings.Fields(c.files), name, c.split) // as the pattern is kept in run.json
		require.NoError(t, err)
		require.Equal(t, files, again)
		require.Equal(t, name, same)
	}
}
