package finetunecmd

import (
	"context"
	"fmt"
	"html"
	"io"
	"math"
	"strings"

	"gorgpt/cmd/internal/cli"
	"gorgpt/finetune"
	"gorgpt/finetune/files"
	"gorgpt/internal/atomicfile"
)

// explain shows explanations: as coloured text on a terminal, as a table elsewhere, and as a page in
// the file of -out.
func explain(ctx context.Context, s *commandLine, stdin io.Reader, con *cli.Console) error {
	all, err := files.Explain(ctx, s.Options, stdin, con.Progress())
	if err != nil {
		return err
	}
	show := explainedTable
	if s.colours {
		show = explainedColours
	}
	if _, err := io.WriteString(con.Out, show(all)); err != nil || s.Out == "" || !s.Group.First() {
		return err
	}
	if err := atomicfile.WriteFile(s.Out, []byte(explainedPage(all))); err != nil {
		return err
	}
	con.Progress().Note("wrote the page to %s", s.Out)
	return nil
}

// method is one of the two ways to measure effects.
type method struct {
	name string
	of   func(finetune.ExplainedToken) float64
}

var methods = []method{
	{"masked", func(t finetune.ExplainedToken) float64 { return t.Masked }},
	{"gradient x input", func(t finetune.ExplainedToken) float64 { return t.Gradient }},
}

// strongest returns the greatest absolute effect in an explanation.
func (m method) strongest(e *finetune.Explanation) (most float64) {
	for _, p := range e.Parts {
		for _, t := range p.Tokens {
			most = max(most, math.Abs(m.of(t)))
		}
	}
	return most
}

// headline names the prediction of an explanation.
func headline(e *finetune.Explanation) string {
	text := fmt.Sprintf("row %d: %s", e.Row, e.Predicted)
	if e.Probability > 0 {
		text += fmt.Sprintf(" (%.4f)", e.Probability)
	}
	if e.Gold != "" {
		text += ", labelled " + e.Gold
	}
	return text
}

// explainedTable has a line for each token, with tabs between columns.
func explainedTable(all []*finetune.Explanation) string {
	var out strings.Builder
	out.WriteString("row\tpredicted\tp\tfield\ttoken\tmasked\tgradient_x_input\n")
	for _, e := range all {
		for _, p := range e.Parts {
			for _, t := range p.Tokens {
				fmt.Fprintf(&out, "%d\t%s\t%.6f\t%s\t%s\t%s\n", e.Row, e.Predicted, e.Probability, p.Name, cli.Printable(t.Text), effectCells(t))
			}
		}
	}
	return out.String()
}

// effectCells are the effects of a token; they are empty if it was cut away.
func effectCells(t finetune.ExplainedToken) string {
	if !t.Seen {
		return "\t"
	}
	return fmt.Sprintf("%+.6f\t%+.6f", t.Masked, t.Gradient)
}

// The backgrounds of a terminal's 256 colours, from weak to strong: for the prediction, and against.
var (
	forColours     = []int{195, 153, 111, 75}
	againstColours = []int{230, 223, 216, 208}
)

// explainedColours shows each text twice, once for each method. Blue tokens speak for the prediction,
// orange ones against it.
func explainedColours(all []*finetune.Explanation) string {
	var out strings.Builder
	for _, e := range all {
		fmt.Fprintf(&out, "%s\n", cli.Printable(headline(e)))
		for _, m := range methods {
			most := m.strongest(e)
			fmt.Fprintf(&out, "  %s, up to %.3f %s:\n", m.name, most, e.Unit)
			for _, p := range e.Parts {
				fmt.Fprintf(&out, "    %s:", p.Name)
				space := " "
				for _, t := range p.Tokens {
					out.WriteString(space + coloured(t, m.of(t), most))
					if space = ""; t.EndsWord {
						space = " "
					}
				}
				out.WriteString("\n")
			}
		}
	}
	out.WriteString("\x1b[30;48;5;111m for the prediction \x1b[0m \x1b[30;48;5;216m against it \x1b[0m \x1b[2m cut away \x1b[0m\n")
	return out.String()
}

// coloured is the text of a token on a background for its effect.
func coloured(t finetune.ExplainedToken, effect, most float64) string {
	text := cli.Printable(t.Text)
	colours := forColours
	if effect < 0 {
		colours = againstColours
	}
	strength := int(math.Abs(effect) / max(most, math.SmallestNonzeroFloat64) * float64(len(colours)))
	switch {
	case !t.Seen:
		return "\x1b[2m" + text + "\x1b[0m"
	case strength == 0:
		return text
	}
	return fmt.Sprintf("\x1b[30;48;5;%dm%s\x1b[0m", colours[min(strength, len(colours))-1], text)
}

// pageHead is the beginning of the page. --s is the strength of a token's effect, from 0 to 1.
var pageHead = cli.PageHead("What the tokens contribute",
	"--cut: #767676; --for: 111 160 220; --against: 242 163 94", "--cut: #8a8a8a; --for: 38 96 168; --against: 158 82 14",
	`body { font-size: 16px; line-height: 1.9; max-width: 50em }
h2 { font-size: 1em; margin: 2em 0 0 }
h3 { font-size: .85em; font-weight: normal; color: var(--note); margin: .6em 0 0 }
p { margin: 0 }
b { font-weight: normal; font-size: .85em; color: var(--note); margin-right: .6em }
span { border-radius: 3px; padding: .1em 0; background: rgb(var(--for) / var(--s)) }
span.against { background: rgb(var(--against) / var(--s)) }
s { color: var(--cut); text-decoration: none }
`) + `<p>Each text is shown twice. <span style="--s:1">Blue</span> tokens speak for the prediction, <span class="against"
style="--s:1">orange</span> ones against it; <s>grey</s> ones were cut away. <em>Masked</em>: how much the evidence for the
prediction falls when the token is masked and the model runs again. <em>Gradient x input</em>: the slope of the evidence along
the token's embedding, times the embedding. Point at a token to see its value.</p>
`

// explainedPage is a page that needs no other files.
func explainedPage(all []*finetune.Explanation) string {
	var out strings.Builder
	out.WriteString(pageHead)
	for _, e := range all {
		fmt.Fprintf(&out, "<h2>%s</h2>\n", html.EscapeString(cli.Printable(headline(e))))
		for _, m := range methods {
			most := m.strongest(e)
			fmt.Fprintf(&out, "<h3>%s, up to %.3f %s</h3>\n", m.name, most, e.Unit)
			for _, p := range e.Parts {
				fmt.Fprintf(&out, "<p><b>%s</b>", html.EscapeString(p.Name))
				for _, t := range p.Tokens {
					out.WriteString(marked(t, m.of(t), most))
				}
				out.WriteString("</p>\n")
			}
		}
	}
	out.WriteString("</html>\n")
	return out.String()
}

// marked is a token of the page.
func marked(t finetune.ExplainedToken, effect, most float64) string {
	text := html.EscapeString(cli.Printable(t.Text))
	switch class := ""; {
	case !t.Seen:
		text = "<s>" + text + "</s>"
	default:
		if effect < 0 {
			class = ` class="against"`
		}
		strength := math.Abs(effect) / max(most, math.SmallestNonzeroFloat64)
		text = fmt.Sprintf(`<span%s style="--s:%.2f" title="%+.4f">%s</span>`, class, strength, effect, text)
	}
	if t.EndsWord {
		text += " "
	}
	return text
}
