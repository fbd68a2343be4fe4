package datasets_test

import (
	"fmt"
	"os"
	"path/filepath"

	"gorgpt/loaders/datasets"
	"gorgpt/loaders/ledger"
)

func ExampleFind() {
	set, err := datasets.Find("rte")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(set.Name, set.Task, set.Metric, set.Labels)
	// Output: RTE entailment acc [entailment not_entailment]
}

func ExampleDataset_Read() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder of its own
	lines := "sentence\tlabel\nit rains \t0\nit is \"dry \t1\n"
	if err := os.WriteFile(filepath.Join(dir, "train.tsv"), []byte(lines), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	set, _ := datasets.Find("SST-2")
	data, err := set.Read(dir, ledger.DefaultTolerance)
	fmt.Println(len(data.Train), data.Train[1].Texts[0], data.Train[1].Label.Text, err)
	// Output: 2 it is "dry  1 <nil>
}
