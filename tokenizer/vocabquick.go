package tokenizer

import (
	"bytes"
	"encoding/json"
	"slices"
)

// quickVocab reads a vocabulary as [vocabReader.read] does, in a fraction of the time, as long as there is
// nothing to object to. For all other data, valid or not, it returns nil.
func quickVocab(data []byte) (ids map[string]int32, byID map[int32]string) {
	n := bytes.Count(data, []byte{':'})
	ids, byID = make(map[string]int32, n), make(map[int32]string, n)
	c := cursor{data}
	if !c.next('{') {
		return nil, nil
	}
	for {
		token, isText := c.text()
		if !isText || !c.next(':') {
			return nil, nil
		}
		id, isNumber := c.number()
		before := len(ids)
		if ids[token], byID[id] = id, token; !isNumber || len(ids) == before || len(byID) == before {
			return nil, nil
		}
		if c.next(',') {
			continue
		}
		if c.next('}') && len(c.rest) == 0 {
			return ids, byID
		}
		return nil, nil
	}
}

// cursor is what is left of a text in JSON.
type cursor struct{ rest []byte }

// next skips one character, with the blanks before and after it, if it comes next.
func (c *cursor) next(want byte) bool {
	rest := bytes.TrimLeft(c.rest, " \t\r\n")
	if len(rest) == 0 || rest[0] != want {
		return false
	}
	c.rest = bytes.TrimLeft(rest[1:], " \t\r\n")
	return true
}

// text reads a string.
func (c *cursor) text() (s string, ok bool) {
	if len(c.rest) == 0 || c.rest[0] != '"' {
		return "", false
	}
	plain := true
	for i := 1; i < len(c.rest); i++ {
		switch b := c.rest[i]; {
		case b == '"':
			quoted := c.rest[:i+1]
			c.rest = c.rest[i+1:]
			if plain {
				return string(quoted[1:i]), true
			}
			return s, json.Unmarshal(quoted, &s) == nil
		case b == '\\':
			plain = false
			i++ // what is escaped may be a quote
		case b < ' ' || b >= 0x80:
			plain = false
		}
	}
	return "", false
}

// number reads an integer that is not negative.
func (c *cursor) number() (n int32, ok bool) {
	digits := slices.IndexFunc(c.rest, func(b byte) bool { return b < '0' || b > '9' })
	if digits < 1 || digits > 9 || digits > 1 && c.rest[0] == '0' {
		return 0, false
	}
	for _, b := range c.rest[:digits] {
		n = 10*n + int32(b-'0')
	}
	c.rest = c.rest[digits:]
	return n, true
}
