package page

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"

	"github.com/pkg/errors"
)

var (
	imports = regexp.MustCompile(`(?m)^import .*\n`)
	exports = regexp.MustCompile(`(?m)^export `)
)

// WriteGraph writes a page that shows a graph, as draw.NewData describes it, in the view of the tab Graph. The page is one file
// that asks nobody for anything, so that it opens from a disk.
func WriteGraph(w io.Writer, title string, graph any) error {
	return writeAlone(w, title, graph, "graphView(data)", "dom.js", "graphlayout.js", "graphview.js")
}

// Attention is what [WriteAttention] shows. An Attention is safe for concurrent use as long as nothing changes it.
type Attention struct {
	Tokens []string `json:"tokens"`
	Blocks int      `json:"blocks"`
	Heads  int      `json:"heads"` // of each block

	// Weights has a byte from 0 to 255 for each weight: of all blocks, heads, rows and, in each row, the columns up to the diagonal.
	Weights []byte `json:"weights"`
}

// WriteAttention is [WriteGraph] for the attention of a text, in the view of the tab Inside.
func WriteAttention(w io.Writer, title string, a Attention) error {
	return writeAlone(w, title, a, "packedView(data)", "dom.js", "attention.js")
}

// writeAlone writes a page that shows data in a view. The modules are those of the view, each after those that it imports.
func writeAlone(w io.Writer, title string, of any, view string, modules ...string) error {
	data, err := json.Marshal(of) // it escapes <, so that nothing in it ends the script
	if err != nil {
		return errors.Wrap(err, "writing the page")
	}
	style, err := files.ReadFile("files/style.css")
	if err != nil {
		return err
	}
	var script strings.Builder
	for _, name := range modules {
		module, err := files.ReadFile("files/" + name)
		if err != nil {
			return err
		}
		script.Write(exports.ReplaceAll(imports.ReplaceAll(module, nil), nil))
	}
	fmt.Fprintf(&script, "const data = JSON.parse(document.getElementById('data').textContent);\ndocument.getElementById('main').append(%s.node);\n", view)
	hash := sha256.Sum256([]byte(script.String()))
	_, err = fmt.Fprintf(w, `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-%[1]s'">
<title>%[2]s</title>
<style>
%[3]s</style>
</head>
<body>
<header><h1>%[2]s</h1></header>
<main id="main"></main>
<script id="data" type="application/json">%[4]s</script>
<script type="module">%[5]s</script>
</body>
</html>
`, base64.StdEncoding.EncodeToString(hash[:]), html.EscapeString(title), style, data, script.String())
	return err
}
