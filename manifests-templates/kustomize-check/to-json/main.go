// Command to-json prints each YAML document of its input as one line of JSON,
// read by the library that kustomize and Kubernetes' clients read YAML with.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"go.yaml.in/yaml/v3"
)

func main() {
	documents := yaml.NewDecoder(os.Stdin)
	lines := json.NewEncoder(os.Stdout)
	for {
		var document any
		err := documents.Decode(&document)
		if errors.Is(err, io.EOF) {
			return
		}
		if err == nil {
			err = lines.Encode(document)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
