// The github plugin, over the integrations team's provider.
package main

import (
	_ "embed"

	"apexmcp.local/toolchain/bridge"
	upstream "github.com/integrations/terraform-provider-github/v6/github"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
)

//go:embed mapping.json
var mapping []byte

func main() {
	bridge.Serve(bridge.Plugin{Name: "github", Upstream: shimv2.NewProvider(upstream.Provider()), Mapping: mapping})
}
