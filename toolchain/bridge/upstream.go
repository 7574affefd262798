package bridge

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
)

// upstreamField is what mapping.ts has to know of a Terraform field.
type upstreamField struct {
	Name   string                   `json:"name"` // what the bridge would call it
	List   bool                     `json:"list,omitempty"`
	One    bool                     `json:"one,omitempty"` // a list of at most one, which the bridge shows as its element
	Input  bool                     `json:"input,omitempty"`
	Fields map[string]upstreamField `json:"fields,omitempty"`
}

type upstreamSchema struct {
	Config      map[string]upstreamField            `json:"config"`
	Resources   map[string]map[string]upstreamField `json:"resources"`
	DataSources map[string]map[string]upstreamField `json:"dataSources"`
}

func describe(p shim.Provider) upstreamSchema {
	return upstreamSchema{
		Config: describeFields(p.Schema()), Resources: describeTypes(p.ResourcesMap()), DataSources: describeTypes(p.DataSourcesMap()),
	}
}

func describeTypes(types shim.ResourceMap) map[string]map[string]upstreamField {
	out := map[string]map[string]upstreamField{}
	types.Range(func(name string, r shim.Resource) bool {
		out[name] = describeFields(r.Schema())
		return true
	})
	return out
}

func describeFields(fields shim.SchemaMap) map[string]upstreamField {
	out := map[string]upstreamField{}
	fields.Range(func(name string, s shim.Schema) bool {
		f := upstreamField{
			Name:  tfbridge.TerraformToPulumiNameV2(name, fields, nil),
			List:  s.Type() == shim.TypeList || s.Type() == shim.TypeSet,
			Input: s.Optional() || s.Required(),
		}
		f.One = f.List && s.MaxItems() == 1
		if object, ok := s.Elem().(shim.Resource); ok {
			f.Fields = describeFields(object.Schema())
		}
		out[name] = f
		return true
	})
	return out
}
