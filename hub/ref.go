package hub

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// Scheme begins the references of command lines: hf:org/name.
const Scheme = "hf:"

// mainRevision is the revision of a reference that names none.
const mainRevision = "main"

// Ref names a repository of the hub, or files in it, at a revision. A Ref is safe for concurrent use.
type Ref struct {
	Dataset  bool   // a dataset; otherwise a model
	ID       string // org/name, or a name alone for the oldest repositories
	Path     string // a folder, a file or a pattern of [path.Match] in the repository; "": all of it
	Revision string // branch, tag or commit; "" means main
}

// datasets begins the path of datasets, also on the server.
const datasets = "datasets/"

// Parse parses a reference:
//
//	[hf:][datasets/]org/name[/PATH][@REVISION]
//
// The names of files in a repository come from the server. They are checked by the same rules as PATH.
func Parse(text string) (Ref, error) {
	bad := func(why string) (Ref, error) {
		return Ref{}, errors.Errorf("%.200q is no repository of the hub: %s; write %sorg/name, %sorg/name@REVISION or %sdatasets/org/name/PATH",
			text, why, Scheme, Scheme, Scheme)
	}
	var r Ref
	rest := strings.TrimPrefix(text, Scheme)
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		if rest, r.Revision = rest[:at], rest[at+1:]; !isName(r.Revision) {
			return bad("the revision must be a branch, a tag or a commit")
		}
	}
	rest, r.Dataset = strings.CutPrefix(rest, datasets)
	parts := strings.SplitN(rest, "/", 3)
	if len(parts) == 3 {
		r.Path = strings.TrimSuffix(parts[2], "/")
		if _, err := path.Match(r.Path, ""); err != nil || !isName(r.Path) {
			return bad("the path must be that of files below it")
		}
		parts = parts[:2]
	}
	for _, part := range parts {
		if len(part) > 96 || !idPart.MatchString(part) || strings.Contains(part, "--") || strings.Contains(part, "..") {
			return bad("the name must be an organisation, a slash and a name of letters, digits, -, _ and .")
		}
	}
	r.ID = strings.Join(parts, "/")
	return r, nil
}

// idPart matches the two parts of an ID.
var idPart = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)

// commit matches the name of a commit.
var commit = regexp.MustCompile(`^[0-9a-f]{40}$`)

// Pinned reports whether the revision is a commit, which never changes.
func (r Ref) Pinned() bool { return commit.MatchString(r.Revision) }

// String returns the reference in the form that [Parse] reads.
func (r Ref) String() string {
	text := Scheme + r.repo()
	if r.Path != "" {
		text += "/" + r.Path
	}
	if r.Revision != "" {
		text += "@" + r.Revision
	}
	return text
}

// repo is the path of the repository on the server.
func (r Ref) repo() string {
	if r.Dataset {
		return datasets + r.ID
	}
	return r.ID
}

// folder is the name of the repository's folder in the cache.
func (r Ref) folder() string {
	kind := "models--"
	if r.Dataset {
		kind = "datasets--"
	}
	return kind + strings.ReplaceAll(r.ID, "/", "--")
}

// revision is the revision, main if there is none.
func (r Ref) revision() string {
	if r.Revision == "" {
		return mainRevision
	}
	return r.Revision
}

// devices are names that Windows gives to devices, also with an extension.
var devices = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)`)

// isName reports whether a text from elsewhere is the path of a file below a folder on every system: relative, with
// slashes, without dots that lead upwards, and with no name that has another meaning on Windows.
func isName(text string) bool {
	const longest = 1024
	if text == "" || len(text) > longest || !utf8.ValidString(text) || strings.ContainsAny(text, `\:`) ||
		strings.ContainsFunc(text, unicode.IsControl) || !filepath.IsLocal(filepath.FromSlash(text)) {
		return false
	}
	return !slices.ContainsFunc(strings.Split(text, "/"), func(part string) bool {
		return part == "" || strings.HasSuffix(part, ".") || strings.HasSuffix(part, " ") || devices.MatchString(strings.TrimRight(part, " "))
	})
}
