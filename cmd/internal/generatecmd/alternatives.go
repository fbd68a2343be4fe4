package generatecmd

import (
	"fmt"
	"html"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/pkg/errors"

	"gorgpt/cmd/internal/cli"
	"gorgpt/generate"
	"gorgpt/internal/atomicfile"
)

// writeAlternatives prints the choices of the texts, which continue the prompt, and writes them as a page.
func (c *command) writeAlternatives(prompt string) error {
	if err := c.printAlternatives(); err != nil {
		return errors.Wrap(err, "writing the alternatives")
	}
	if c.html == "" {
		return nil
	}
	err := atomicfile.Write(c.html, func(w io.Writer) error {
		_, err := io.WriteString(w, c.page(prompt))
		return err
	})
	if err != nil {
		return errors.WithMessage(err, "-html")
	}
	fmt.Fprintf(c.stderr, "generate: wrote the alternatives to %s\n", c.html)
	return nil
}

// printAlternatives prints a table for each text.
func (c *command) printAlternatives() error {
	out := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	for i, text := range c.choices {
		fmt.Fprintf(out, "\ntoken%s\tp\tmost likely\n", c.numbered(i))
		for _, choice := range text {
			fmt.Fprintf(out, "%s\t%s\t", c.spell(choice.ID), percent(choice.LogProb))
			for k, r := range choice.Best {
				if k > 0 {
					fmt.Fprint(out, ", ")
				}
				fmt.Fprintf(out, "%s %s", c.spell(r.ID), percent(r.LogProb))
			}
			fmt.Fprintln(out)
		}
	}
	return out.Flush()
}

// numbered is the number of a text, if there are several.
func (c *command) numbered(i int) string {
	if len(c.choices) == 1 {
		return ""
	}
	return fmt.Sprintf(" of text %d", i+1)
}

// spell is a token for people. Three dots show that the word continues.
func (c *command) spell(id int32) string {
	word, ends := c.word(id)
	if !ends {
		word += "…"
	}
	return word
}

// word is the text of a token, and whether a word ends with it.
func (c *command) word(id int32) (text string, ends bool) {
	token, _ := c.tok.Token(id)
	text, ends = strings.CutSuffix(token, "</w>")
	return cli.Printable(text), ends
}

func percent(logProb float64) string { return fmt.Sprintf("%.1f %%", 100*math.Exp(logProb)) }

// pageHead is the beginning of the page. --p is the probability of a token, from 0 to 1.
var pageHead = cli.PageHead("What else could have been written",
	"--line: #ccc; --bar: #bcd6f2; --chosen: #ffd9a8", "--line: #444; --bar: #1f4f86; --chosen: #7a4710",
	`body { font-size: 16px; line-height: 1.7; max-width: 60em }
h1 { font-size: 1.3em }
h2 { font-size: 1em; margin: 2em 0 0 }
p.note { color: var(--note); font-size: .9em }
p a { color: var(--text); text-decoration: none; border-bottom: 3px solid var(--bar) }
a:focus, a:hover, tr:target { outline: 2px solid var(--note) }
div { overflow-x: auto }
table { border-collapse: collapse; font-size: .9em }
th { text-align: left; font-weight: normal; color: var(--note) }
th, td { padding: .1em .6em; border-bottom: 1px solid var(--line); white-space: nowrap }
td.p { text-align: right }
td.bar { background: linear-gradient(to right, var(--bar) calc(100% * var(--p)), transparent 0) }
td.chosen { background: linear-gradient(to right, var(--chosen) calc(100% * var(--p)), transparent 0); font-weight: bold }
`) + `<h1>What else could have been written</h1>
`

// page is a page with all texts and their alternatives. It needs no other files.
func (c *command) page(prompt string) string {
	var out strings.Builder
	out.WriteString(pageHead)
	fmt.Fprintf(&out, "<p class=\"note\">%s. The text below links each token to its row. A row has the token, its probability, and the %d most likely tokens; "+
		"the one that was written is bold. Bars are probabilities. “ex…” is a token after which the word continues.</p>\n", html.EscapeString(c.manner()), c.alternatives)
	for i, text := range c.choices {
		title := "The text"
		if len(c.choices) > 1 {
			title = fmt.Sprintf("Text %d", i+1)
		}
		fmt.Fprintf(&out, "<h2>%s</h2>\n<p>%s", title, html.EscapeString(cli.Printable(prompt)))
		for k, choice := range text {
			word, ends := c.word(choice.ID)
			fmt.Fprintf(&out, "<a href=\"#t%d-%d\">%s</a>", i+1, k+1, html.EscapeString(word))
			if ends {
				out.WriteString(" ")
			}
		}
		fmt.Fprintf(&out, "</p>\n<div><table>\n<tr><th scope=\"col\">token</th><th scope=\"col\">p</th><th scope=\"col\" colspan=\"%d\">most likely</th></tr>\n", c.alternatives)
		for k, choice := range text {
			fmt.Fprintf(&out, "<tr id=\"t%d-%d\"><td>%s</td><td class=\"p\">%s</td>", i+1, k+1, html.EscapeString(c.spell(choice.ID)), percent(choice.LogProb))
			for _, r := range choice.Best {
				out.WriteString(c.cell(choice, r))
			}
			out.WriteString("</tr>\n")
		}
		out.WriteString("</table></div>\n")
	}
	out.WriteString("</html>\n")
	return out.String()
}

// cell is one alternative of a row.
func (c *command) cell(choice generate.Choice, r generate.Ranked) string {
	class := "bar"
	if r.ID == choice.ID {
		class = "chosen"
	}
	return fmt.Sprintf("<td class=\"%s\" style=\"--p:%.3f\">%s %s</td>", class, math.Exp(r.LogProb), html.EscapeString(c.spell(r.ID)), percent(r.LogProb))
}

// manner says how tokens were chosen.
func (c *command) manner() string {
	if c.o.Temperature == 0 {
		return "Always the most likely token; probabilities at temperature 1"
	}
	s := fmt.Sprintf("Probabilities at temperature %g", c.o.Temperature)
	if c.o.TopK > 0 {
		s += fmt.Sprintf(", before the choice was limited to the top %d", c.o.TopK)
	}
	if c.o.TopP < 1 {
		s += fmt.Sprintf(", before it was limited to the likeliest %g of the probability", c.o.TopP)
	}
	return fmt.Sprintf("%s; seed %d", s, c.o.Seed)
}
