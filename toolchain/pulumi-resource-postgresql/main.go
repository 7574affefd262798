// The postgresql plugin, over the last provider that is a Go module of its own.
package main

import (
	_ "embed"

	"apexmcp.local/toolchain/bridge"
	"github.com/hashicorp/terraform-plugin-sdk/helper/schema"
	shimv1 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v1"
	upstream "github.com/terraform-providers/terraform-provider-postgresql/postgresql"
)

//go:embed mapping.json
var mapping []byte

func main() {
	provider := upstream.Provider().(*schema.Provider)
	bridge.Serve(bridge.Plugin{Name: "postgresql", Upstream: shimv1.NewProvider(provider), Mapping: mapping})
}
