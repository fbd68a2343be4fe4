package charset_test

import (
	"fmt"

	"gorgpt/loaders/charset"
)

func ExampleDecode() {
	text, found, err := charset.Decode([]byte("gr\xFCn"))
	fmt.Println(string(text), found, err)
	// Output: grün read as Windows-1252 <nil>
}
