package safetensors

import (
	"fmt"
	"strconv"
)

// excerpt quotes what a file has where a name should be, for an error: a name may be as
// long as the header.
func excerpt(s string) string {
	const most = 80
	if len(s) > most {
		return strconv.Quote(s[:most]) + "…"
	}
	return strconv.Quote(s)
}

// excerptToken is excerpt for a token of JSON, in which strings only are quoted.
func excerptToken(token any) string {
	if s, ok := token.(string); ok {
		return excerpt(s)
	}
	quoted := excerpt(fmt.Sprint(token))
	if s, err := strconv.Unquote(quoted); err == nil {
		return s
	}
	return quoted
}
