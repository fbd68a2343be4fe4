package finetunecmd

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/finetune"
	"gorgpt/heads"
)

// Texts, labels and names of fields come from files of other people, which may hold markup.
func TestThePageEscapesWhatItShows(t *testing.T) {
	const markup = `<script>alert("1")</script>&'`
	token := func(masked float64, seen bool) finetune.ExplainedToken {
		return finetune.ExplainedToken{Text: markup, EndsWord: true, Effect: heads.Effect{Masked: masked, Gradient: -masked, Seen: seen}}
	}
	page := explainedPage([]*finetune.Explanation{{
		Row: 1, Predicted: markup, Gold: markup, Probability: 0.5, Unit: "nats",
		Parts: []finetune.ExplainedPart{{Name: markup, Tokens: []finetune.ExplainedToken{token(0.5, true), token(-0.25, true), token(0, false)}}},
	}})
	require.NotContains(t, page, "<script")
	require.Equal(t, 2+2*(1+3), strings.Count(page, "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;&amp;&#39;"))
	require.Contains(t, page, `<span style="--s:1.00" title="+0.5000">&lt;script`)
	require.Contains(t, page, `<span class="against" style="--s:0.50" title="-0.2500">&lt;script`)
	require.Contains(t, page, "<s>&lt;script")
}
