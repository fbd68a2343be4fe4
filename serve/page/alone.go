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

// modules are what the view of a graph consists of, each after those that it imports.
var modules = []string{"dom.js", "graphlayout.js", "graphview.js"}

var (
	imports = regexp.MustCompile(`(?m)^import .*\n`)
	exports = regexp.MustCompile(`(?m)^export `)
)

// WriteGraph writes a page that shows a graph, as draw.NewData describes it, in the view of the tab Graph. The page is one file
// that asks nobody for anything, so that it opens from a disk.
func WriteGraph(w io.Writer, title string, graph any) error {
	data, err := json.Marshal(graph) // it escapes <, so that nothing in it ends the script
	if err != nil {
		return errors.Wrap(err, "writing the graph")
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
	script.WriteString("document.getElementById('main').append(graphView(JSON.parse(document.getElementById('data').textContent)).node);\n")
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
