package hub

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/internal/regular"
)

// PublicEndpoint is the address of the public hub.
const PublicEndpoint = "https://huggingface.co"

// FromEnvironment returns a client with the settings that Hugging Face's tools read from the environment:
//
//	HF_ENDPOINT      address of the server
//	HF_HUB_CACHE     the cache; otherwise $HF_HOME/hub, where HF_HOME is ~/.cache/huggingface or $XDG_CACHE_HOME/huggingface
//	HF_TOKEN         the token; otherwise the content of the file HF_TOKEN_PATH, $HF_HOME/token
//	HF_HUB_OFFLINE   1, true, yes or on: make no requests
//
// HTTPS_PROXY, HTTP_PROXY and NO_PROXY apply as in [net/http.ProxyFromEnvironment].
func FromEnvironment() (*Client, error) {
	home, err := homeFolder()
	if err != nil {
		return nil, err
	}
	c := &Client{Endpoint: strings.TrimRight(os.Getenv("HF_ENDPOINT"), "/"), Cache: expand(os.Getenv("HF_HUB_CACHE"))}
	if c.Endpoint == "" {
		c.Endpoint = PublicEndpoint
	}
	if u, err := url.Parse(c.Endpoint); err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("HF_ENDPOINT must be the address of a server, such as " + PublicEndpoint)
	}
	if c.Cache == "" {
		c.Cache = filepath.Join(home, "hub")
	}
	if c.Cache, err = filepath.Abs(c.Cache); err != nil {
		return nil, errors.Wrap(err, "finding the cache of the hub")
	}
	c.Offline = slices.Contains([]string{"1", "TRUE", "YES", "ON"}, strings.ToUpper(os.Getenv("HF_HUB_OFFLINE")))
	if c.Token = strings.TrimSpace(os.Getenv("HF_TOKEN")); c.Token == "" && !c.Offline {
		c.Token, err = tokenFile(home)
	}
	return c, err
}

// tokenFile reads the token from its file; "" if there is none.
func tokenFile(home string) (string, error) {
	const longest = 4096
	path := expand(os.Getenv("HF_TOKEN_PATH"))
	if path == "" {
		path = filepath.Join(home, "token")
	}
	data, err := regular.ReadFile(path, "token of the hub", longest)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(data)), err
}

// homeFolder returns HF_HOME or its default.
func homeFolder() (string, error) {
	if home := expand(os.Getenv("HF_HOME")); home != "" {
		return home, nil
	}
	base := expand(os.Getenv("XDG_CACHE_HOME"))
	if base == "" {
		user, err := os.UserHomeDir()
		if err != nil {
			return "", errors.Wrap(err, "finding the cache of the hub: set HF_HOME")
		}
		base = filepath.Join(user, ".cache")
	}
	return filepath.Join(base, "huggingface"), nil
}

// expand replaces a tilde at the beginning of a path by the user's home.
func expand(path string) string {
	if rest, found := strings.CutPrefix(path, "~"); found && (rest == "" || os.IsPathSeparator(rest[0])) {
		if user, err := os.UserHomeDir(); err == nil {
			return filepath.Join(user, rest)
		}
	}
	return path
}
