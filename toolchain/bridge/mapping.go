// Package bridge serves a Terraform provider as the Pulumi plugin that an npm SDK package expects. What the package
// calls each resource and field is data: mapping.json, which mapping.ts makes from the package's own types.
package bridge

import (
	"bytes"
	"encoding/json"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// Mapping is the content of mapping.json. Terraform names are the keys.
type Mapping struct {
	Version     string            `json:"version"` // of the npm package, and so of the plugin
	Config      map[string]*Field `json:"config"`
	Resources   map[string]Type   `json:"resources"`
	DataSources map[string]Type   `json:"dataSources"`
}

// Type is a resource or data source.
type Type struct {
	Token               string            `json:"token"`
	DeleteBeforeReplace bool              `json:"deleteBeforeReplace,omitempty"`
	Fields              map[string]*Field `json:"fields,omitempty"`
}

// Field says where the SDK differs from what the bridge would assume.
type Field struct {
	Name        string            `json:"name,omitempty"`
	MaxItemsOne *bool             `json:"maxItemsOne,omitempty"`
	Fields      map[string]*Field `json:"fields,omitempty"`
}

func (f *Field) schema() *info.Schema {
	s := &info.Schema{Name: f.Name, MaxItemsOne: f.MaxItemsOne}
	if len(f.Fields) > 0 {
		s.Elem = &info.Schema{Fields: schemas(f.Fields)}
	}
	return s
}

func schemas(fields map[string]*Field) map[string]*info.Schema {
	out := map[string]*info.Schema{}
	for name, f := range fields {
		out[name] = f.schema()
	}
	return out
}

func providerInfo(name string, upstream shim.Provider, m Mapping) info.Provider {
	p := info.Provider{
		P: upstream, Name: name, Version: m.Version,
		Config:      schemas(m.Config),
		Resources:   map[string]*info.Resource{},
		DataSources: map[string]*info.DataSource{},
	}
	for tf, t := range m.Resources {
		p.Resources[tf] = &info.Resource{
			Tok: tokens.Type(t.Token), Fields: schemas(t.Fields), DeleteBeforeReplace: t.DeleteBeforeReplace,
		}
	}
	for tf, t := range m.DataSources {
		p.DataSources[tf] = &info.DataSource{Tok: tokens.ModuleMember(t.Token), Fields: schemas(t.Fields)}
	}
	p.SetAutonaming(255, "-")
	return p
}

func parse(data []byte) (m Mapping, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err = d.Decode(&m)
	return m, err
}
