// Command cni-name is a network plugin that follows another one: it gives the node's end of a pod's cable the
// name that Felix knows the pod's end by.
package main

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

const specification = "1.0.0"

type cable struct {
	Name    string `json:"name"`
	Mac     string `json:"mac,omitempty"`
	Sandbox string `json:"sandbox,omitempty"`
}

func main() {
	if err := run(); err != nil {
		json.NewEncoder(os.Stdout).Encode(map[string]any{"cniVersion": specification, "code": 100, "msg": err.Error()})
		os.Exit(1)
	}
}

func run() error {
	var configuration struct {
		Prefix     string                     `json:"prefix"`
		PrevResult map[string]json.RawMessage `json:"prevResult"`
	}
	if err := json.NewDecoder(os.Stdin).Decode(&configuration); err != nil {
		return err
	}
	switch os.Getenv("CNI_COMMAND") {
	case "VERSION":
		return json.NewEncoder(os.Stdout).Encode(map[string]any{
			"cniVersion": specification, "supportedVersions": []string{"0.3.1", "0.4.0", specification}})
	case "ADD":
		if err := rename(configuration.PrevResult, configuration.Prefix); err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(configuration.PrevResult)
	default:
		return nil
	}
}

// rename changes the result as well. A cable loses its routes while it is down, as it must be for a new name.
func rename(result map[string]json.RawMessage, prefix string) error {
	var cables []cable
	var addresses []struct {
		Address string `json:"address"`
	}
	if err := errors.Join(
		json.Unmarshal(result["interfaces"], &cables), json.Unmarshal(result["ips"], &addresses)); err != nil {
		return err
	}
	name := prefix + hashOf(os.Getenv("CNI_ARGS"))
	for at := range cables {
		if cables[at].Sandbox != "" {
			continue
		}
		lines := fmt.Sprintf("link set %[1]s down\nlink set %[1]s name %[2]s\nlink set %[2]s up\n", cables[at].Name, name)
		for _, each := range addresses {
			address, _, _ := strings.Cut(each.Address, "/")
			lines += fmt.Sprintf("route replace %s/32 dev %s scope link\n", address, name)
		}
		cables[at].Name = name
		ip := exec.Command("ip", "-batch", "-")
		ip.Stdin = strings.NewReader(lines)
		if said, err := ip.CombinedOutput(); err != nil {
			return fmt.Errorf("ip: %w: %s", err, said)
		}
	}
	var err error
	result["interfaces"], err = json.Marshal(cables)
	return err
}

func hashOf(arguments string) string {
	found := map[string]string{}
	for _, pair := range strings.Split(arguments, ";") {
		key, value, _ := strings.Cut(pair, "=")
		found[key] = value
	}
	sum := sha1.Sum([]byte(found["K8S_POD_NAMESPACE"] + "." + found["K8S_POD_NAME"]))
	return hex.EncodeToString(sum[:])[:11]
}
