package bridge

import (
	"fmt"
	"sort"
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// unknownInputs lists the paths of the inputs that the upstream provider has no field for. The bridge would drop
// them without a word, and with them whatever hardening they stand for.
func unknownInputs(inputs resource.PropertyMap, fields shim.SchemaMap, names map[string]*info.Schema) []string {
	var unknown []string
	for key, value := range inputs {
		name := string(key)
		if strings.HasPrefix(name, "__") || value.IsNull() {
			continue
		}
		tf := tfbridge.PulumiToTerraformName(name, fields, names)
		field, ok := fields.GetOk(tf)
		if !ok || tfbridge.TerraformToPulumiNameV2(tf, fields, names) != name {
			unknown = append(unknown, name)
			continue
		}
		object, ok := field.Elem().(shim.Resource)
		if !ok {
			continue
		}
		var inner map[string]*info.Schema
		if n := names[tf]; n != nil && n.Elem != nil {
			inner = n.Elem.Fields
		}
		eachObject(value, name, func(path string, element resource.PropertyMap) {
			for _, u := range unknownInputs(element, object.Schema(), inner) {
				unknown = append(unknown, path+"."+u)
			}
		})
	}
	sort.Strings(unknown)
	return unknown
}

// eachObject calls visit for the object at value, or for each one in the list there. Unknown values hold none yet.
func eachObject(value resource.PropertyValue, path string, visit func(string, resource.PropertyMap)) {
	switch {
	case value.IsSecret():
		eachObject(value.SecretValue().Element, path, visit)
	case value.IsOutput():
		if value.OutputValue().Known {
			eachObject(value.OutputValue().Element, path, visit)
		}
	case value.IsObject():
		visit(path, value.ObjectValue())
	case value.IsArray():
		for i, element := range value.ArrayValue() {
			eachObject(element, fmt.Sprintf("%s[%d]", path, i), visit)
		}
	}
}
