package tables

import (
	"runtime"

	"gorgpt/internal/parallel"
	"gorgpt/loaders"
)

// batchSize is how many records one goroutine converts at a time.
const batchSize = 256

// converted is a row, or why a record is none.
type converted struct {
	row loaders.Row
	err error
}

// convertAll converts the records that next yields, on all cores, and yields the rows in order
// until yield returns false. It returns the error of next.
func convertAll(
	next func(yield func(record) bool) error, convert func(record) (loaders.Row, error), yield func(loaders.Row, error) bool,
) error {
	workers := runtime.GOMAXPROCS(0)
	rows := parallel.InOrder(batches(next), workers, 4*workers, func(records []record) ([]converted, error) {
		rows := make([]converted, len(records))
		for i, r := range records {
			rows[i].row, rows[i].err = convert(r)
		}
		return rows, nil
	})
	for batch, err := range rows {
		if err != nil {
			return err
		}
		for _, c := range batch {
			if !yield(c.row, c.err) {
				return nil
			}
		}
	}
	return nil
}

// batches gathers the records that next yields. The error of next comes last.
func batches(next func(yield func(record) bool) error) func(yield func([]record, error) bool) {
	return func(yield func([]record, error) bool) {
		var records []record
		more := true
		err := next(func(r record) bool {
			if records = append(records, r); len(records) == batchSize {
				more = yield(records, nil)
				records = nil
			}
			return more
		})
		if more && len(records) > 0 {
			more = yield(records, nil)
		}
		if more && err != nil {
			yield(nil, err)
		}
	}
}
