package page_test

import (
	"fmt"

	"gorgpt/serve/page"
)

// ExampleFile reads the first file that a browser asks for.
func ExampleFile() {
	_, mediaType, err := page.File("index.html")
	fmt.Println(mediaType, err)
	// Output: text/html; charset=utf-8 <nil>
}
