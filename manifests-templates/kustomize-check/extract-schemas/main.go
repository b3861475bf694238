// Command extract-schemas writes the JSON schemas that rendered manifests are
// tested with: from Kubernetes' OpenAPI document, from Traefik's custom
// resource definitions and from kustomize's own types. Every object refuses
// unknown fields, so that a misspelled one fails.
//
//	go run ./extract-schemas DIR
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"
)

const (
	kubernetes = "k8s.io/kubernetes@v1.36.0"
	traefik    = "github.com/traefik/traefik/v3@v3.7.13"

	traefikDefinitions = "docs/content/reference/dynamic-configuration/traefik.io_%s.yaml"
	objectMeta         = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
)

type object = map[string]any

func main() {
	if len(os.Args) != 2 {
		fail(fmt.Errorf("usage: extract-schemas DIR"))
	}
	folder := os.Args[1]

	swagger := read(filepath.Join(module(kubernetes), "api/openapi-spec/swagger.json"))
	definitions := swagger["definitions"].(object)
	for kind, name := range map[string]string{
		"Deployment":     "io.k8s.api.apps.v1.Deployment",
		"Service":        "io.k8s.api.core.v1.Service",
		"ConfigMap":      "io.k8s.api.core.v1.ConfigMap",
		"Namespace":      "io.k8s.api.core.v1.Namespace",
		"ServiceAccount": "io.k8s.api.core.v1.ServiceAccount",
		"ResourceQuota":  "io.k8s.api.core.v1.ResourceQuota",
		"LimitRange":     "io.k8s.api.core.v1.LimitRange",
		"RoleBinding":    "io.k8s.api.rbac.v1.RoleBinding",
		"NetworkPolicy":  "io.k8s.api.networking.v1.NetworkPolicy",
	} {
		write(folder, kind, schema(reference(name), definitions))
	}

	source := module(traefik)
	for kind, plural := range map[string]string{
		"IngressRoute": "ingressroutes",
		"Middleware":   "middlewares",
	} {
		crd := read(filepath.Join(source, fmt.Sprintf(traefikDefinitions, plural)))
		version := crd["spec"].(object)["versions"].([]any)[0].(object)
		root := version["schema"].(object)["openAPIV3Schema"].(object)
		root["properties"].(object)["metadata"] = reference(objectMeta)
		write(folder, kind, schema(root, definitions))
	}

	write(folder, "Kustomization", strict(ofType(reflect.TypeFor[types.Kustomization]())).(object))
}

// schema is root with the definitions that it reaches.
func schema(root object, definitions object) object {
	reached := object{}
	reach(root, definitions, reached)
	result := strict(root).(object)
	result["definitions"] = strict(reached)
	return result
}

func reach(node any, definitions, reached object) {
	switch node := node.(type) {
	case object:
		if target, ok := node["$ref"].(string); ok {
			name := strings.TrimPrefix(target, "#/definitions/")
			if _, known := reached[name]; !known {
				reached[name] = definitions[name]
				reach(definitions[name], definitions, reached)
			}
		}
		for _, below := range node {
			reach(below, definitions, reached)
		}
	case []any:
		for _, below := range node {
			reach(below, definitions, reached)
		}
	}
}

// strict leaves out what does not constrain and closes every object that
// names its fields.
func strict(node any) any {
	switch node := node.(type) {
	case object:
		result := object{}
		for key, below := range node {
			if key == "properties" || key == "definitions" {
				fields := object{}
				for name, field := range below.(object) {
					fields[name] = strict(field)
				}
				result[key] = fields
			} else if key != "description" && key != "default" && !strings.HasPrefix(key, "x-") {
				result[key] = strict(below)
			}
		}
		if node["format"] == "int-or-string" || node["x-kubernetes-int-or-string"] == true {
			delete(result, "format")
			delete(result, "anyOf")
			result["type"] = []any{"integer", "string"}
		}
		_, named := node["properties"].(object)
		_, open := node["additionalProperties"]
		if named && !open && node["x-kubernetes-preserve-unknown-fields"] != true {
			result["additionalProperties"] = false
		}
		return result
	case []any:
		var result []any
		for _, below := range node {
			result = append(result, strict(below))
		}
		return result
	default:
		return node
	}
}

// ofType is the schema of what encoding/json reads into a Go type.
func ofType(t reflect.Type) object {
	switch t.Kind() {
	case reflect.Pointer:
		return ofType(t.Elem())
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int32, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Slice:
		return object{"type": "array", "items": ofType(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": ofType(t.Elem())}
	case reflect.Struct:
		fields := object{}
		collect(t, fields)
		return object{"type": "object", "properties": fields}
	default:
		return object{}
	}
}

func collect(t reflect.Type, fields object) {
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if len(field.Index) == 1 && field.Anonymous && name == "" {
			embedded := field.Type
			if embedded.Kind() == reflect.Pointer {
				embedded = embedded.Elem()
			}
			collect(embedded, fields)
		} else if len(field.Index) == 1 && field.IsExported() && name != "-" {
			if name == "" {
				name = field.Name
			}
			fields[name] = ofType(field.Type)
		}
	}
}

func reference(name string) object {
	return object{"$ref": "#/definitions/" + name}
}

// module is the folder of a module's source, fetched when it is not there.
func module(version string) string {
	command := exec.Command("go", "mod", "download", "-json", version)
	command.Stderr = os.Stderr
	output, err := command.Output()
	fail(err)
	var found struct{ Dir string }
	fail(json.Unmarshal(output, &found))
	return found.Dir
}

func read(file string) object {
	text, err := os.ReadFile(file)
	fail(err)
	var content object
	fail(yaml.Unmarshal(text, &content))
	return content
}

func write(folder, kind string, schema object) {
	text, err := json.MarshalIndent(schema, "", " ")
	fail(err)
	fail(os.WriteFile(filepath.Join(folder, kind+".json"), append(text, '\n'), 0o644))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
