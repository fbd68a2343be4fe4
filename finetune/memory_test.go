package finetune

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/heads"
	"gorgpt/loaders"
)

// The forecast of the time counts the tokens of the rows: exactly with a vocabulary, and about without one.
func TestForecastCountsTheTokensOfTheRows(t *testing.T) {
	tok, _ := vocabulary(t)
	rows := []loaders.Row{
		{Texts: []string{"yes no"}, Label: loaders.Label{Text: "a"}},
		{Texts: []string{"it rains"}, Label: loaders.Label{Text: "b"}},
		{Texts: []string{strings.Repeat("yes ", 100)}, Label: loaders.Label{Text: "b"}},
	}
	d := &Data{Train: rows}
	var err error
	d.Spec, err = Learn(heads.Classification, rows)
	require.NoError(t, err)
	tokens := 3 * 2 // start and extract
	for _, row := range rows {
		tokens += len(tok.Encode(row.Texts[0]))
	}
	length, err := d.meanLength(tok, 512)
	require.NoError(t, err)
	require.Equal(t, (tokens+2)/3, length)
	cut, err := d.meanLength(tok, 32)
	require.NoError(t, err)
	require.Equal(t, (len(tok.Encode("yes no"))+2+len(tok.Encode("it rains"))+2+32+2)/3, cut)
	about, err := d.meanLength(nil, 512)
	require.NoError(t, err)
	require.Equal(t, (6/4+3+8/4+3+400/4+3+2)/3, about)

	o := Defaults()
	o.Task, o.Scratch = heads.Classification, true
	f, err := o.Forecast(d)
	require.NoError(t, err)
	require.Equal(t, 8*about, f.Tokens, "8 rows an update")
}
