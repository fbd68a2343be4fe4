package cli

import "fmt"

// PageHead is the beginning of a page that needs no other files, up to the end of its style sheet. light and dark set
// further custom properties; --text, --page and --note are set already.
func PageHead(title, light, dark, style string) string {
	return fmt.Sprintf(`<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%s</title>
<style>
:root { color-scheme: light dark; --text: #111111; --page: #ffffff; --note: #595959; %s }
@media (prefers-color-scheme: dark) {
  :root { --text: #eeeeee; --page: #181818; --note: #aaaaaa; %s }
}
body { font-family: sans-serif; margin: 2em auto; padding: 0 1em; color: var(--text); background: var(--page); overflow-wrap: anywhere }
%s</style>
`, title, light, dark, style)
}
