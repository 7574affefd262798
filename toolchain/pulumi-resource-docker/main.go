// The docker plugin, over kreuzwerker's provider.
package main

import (
	_ "embed"

	"apexmcp.local/toolchain/bridge"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	upstream "github.com/terraform-providers/terraform-provider-docker/shim"
)

//go:embed mapping.json
var mapping []byte

func main() {
	bridge.Serve(bridge.Plugin{Name: "docker", Upstream: shimv2.NewProvider(upstream.New()), Mapping: mapping})
}
