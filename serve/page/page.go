package page

import (
	"embed"
	"io/fs"
	"path"
)

//go:embed files
var files embed.FS

// types are the media types of the files. Those of package mime depend on the machine.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

// Names are the names of all files.
func Names() (names []string) {
	all, _ := files.ReadDir("files") // it is in the program
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

// File returns a file of the page and its media type. It is safe for concurrent use. The error for a file that does not
// exist is [fs.ErrNotExist].
func File(name string) (data []byte, mediaType string, err error) {
	mediaType, known := types[path.Ext(name)]
	if !known {
		return nil, "", fs.ErrNotExist
	}
	data, err = files.ReadFile("files/" + name)
	return data, mediaType, err
}
