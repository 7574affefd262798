// Package shim opens the docker provider, which keeps its constructor in an internal package: a module whose path
// lies below the provider's may import it.
package shim

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// New is the provider. The version goes into its user agent.
func New() *schema.Provider { return provider.New("apexmcp")() }
