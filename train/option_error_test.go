package train

import (
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"
)

func TestOptionErrorNamesFields(t *testing.T) {
	flag := func(field string) string { return "-" + strings.ToLower(field) }
	for name, c := range map[string]struct {
		err          error
		plain, flags string
		fields       []string
	}{
		"one field":        {BadOption("{Batch} is %d, at 5 %% {x y}", 3), "Batch is 3, at 5 % {x y}", "-batch is 3, at 5 % {x y}", []string{"Batch"}},
		"braces in values": {BadOption("{Data} is %q", "{Batch}"), `Data is "{Batch}"`, `-data is "{Batch}"`, []string{"Data"}},
		"cause":            {InOption("Tokenizer", errors.New("no such file")), "Tokenizer: no such file", "-tokenizer: no such file", []string{"Tokenizer"}},
		"nested": {
			errors.WithMessage(InOption("Resume", errors.WithMessage(BadOption("{Batch} and {Steps}"), "the record")), "train"),
			"train: Resume: the record: Batch and Steps", "train: -resume: the record: -batch and -steps",
			[]string{"Resume"},
		},
		"another error": {errors.New("Batch"), "Batch", "Batch", nil},
	} {
		t.Run(name, func(t *testing.T) {
			require.EqualError(t, c.err, c.plain)
			require.Equal(t, c.flags, Rename(c.err, flag))
			if e := (*OptionError)(nil); errors.As(c.err, &e) {
				require.Equal(t, c.fields, e.Fields())
			}
		})
	}
	require.NoError(t, InOption("Batch", nil))
}
