// The vault plugin, over HashiCorp's provider.
package main

import (
	_ "embed"

	"apexmcp.local/toolchain/bridge"
	upstream "github.com/hashicorp/terraform-provider-vault/vault"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
)

//go:embed mapping.json
var mapping []byte

func main() {
	bridge.Serve(bridge.Plugin{Name: "vault", Upstream: shimv2.NewProvider(upstream.Provider()), Mapping: mapping})
}
