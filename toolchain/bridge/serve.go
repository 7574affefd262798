package bridge

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
)

// Plugin is one provider to serve.
type Plugin struct {
	Name     string
	Upstream shim.Provider
	Mapping  []byte // the content of mapping.json
}

// Serve runs the plugin until the engine ends it. `-schema` prints what the upstream provider offers instead.
func Serve(p Plugin) {
	if len(os.Args) > 1 && os.Args[1] == "-schema" {
		exitOn(json.NewEncoder(os.Stdout).Encode(describe(p.Upstream)))
		return
	}
	m, err := parse(p.Mapping)
	exitOn(err)
	served := providerInfo(p.Name, p.Upstream, m)
	p.Upstream.InitLogging(context.Background())
	exitOn(provider.Main(p.Name, func(host *provider.HostClient) (pulumirpc.ResourceProviderServer, error) {
		schema := fmt.Appendf(nil, `{"name":%q,"version":%q}`, p.Name, m.Version)
		inner := tfbridge.NewProvider(context.Background(), host, p.Name, m.Version, p.Upstream, served, schema)
		return &server{inner, p, served}, nil
	}))
}

func exitOn(err error) {
	if err != nil {
		cmdutil.ExitError(err.Error())
	}
}

// server refuses, by name, what the upstream provider does not have.
type server struct {
	pulumirpc.ResourceProviderServer
	plugin Plugin
	info   info.Provider
}

func (s *server) Check(ctx context.Context, r *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	token := string(urn.URN(r.Urn).Type())
	for tf, t := range s.info.Resources {
		if string(t.Tok) == token {
			failures, err := s.refuse(r.News, s.plugin.Upstream.ResourcesMap().Get(tf).Schema(), t.Fields, token)
			if err != nil || len(failures) > 0 {
				return &pulumirpc.CheckResponse{Inputs: r.News, Failures: failures}, err
			}
			return s.ResourceProviderServer.Check(ctx, r)
		}
	}
	return nil, s.unmapped("resource type", token)
}

func (s *server) Invoke(ctx context.Context, r *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	for tf, t := range s.info.DataSources {
		if string(t.Tok) == r.Tok {
			failures, err := s.refuse(r.Args, s.plugin.Upstream.DataSourcesMap().Get(tf).Schema(), t.Fields, r.Tok)
			if err != nil || len(failures) > 0 {
				return &pulumirpc.InvokeResponse{Failures: failures}, err
			}
			return s.ResourceProviderServer.Invoke(ctx, r)
		}
	}
	return nil, s.unmapped("function", r.Tok)
}

func (s *server) CheckConfig(ctx context.Context, r *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	failures, err := s.refuse(r.News, s.plugin.Upstream.Schema(), s.info.Config, "the "+s.plugin.Name+" provider")
	if err != nil || len(failures) > 0 {
		return &pulumirpc.CheckResponse{Inputs: r.News, Failures: failures}, err
	}
	return s.ResourceProviderServer.CheckConfig(ctx, r)
}

func (s *server) refuse(
	inputs *structpb.Struct, fields shim.SchemaMap, names map[string]*info.Schema, what string,
) ([]*pulumirpc.CheckFailure, error) {
	values, err := plugin.UnmarshalProperties(inputs, plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, KeepResources: true, KeepOutputValues: true,
	})
	if err != nil {
		return nil, err
	}
	for _, engine := range []resource.PropertyKey{"version", "pluginDownloadURL"} {
		if _, ok := fields.GetOk(string(engine)); !ok {
			delete(values, engine)
		}
	}
	var failures []*pulumirpc.CheckFailure
	for _, path := range unknownInputs(values, fields, names) {
		failures = append(failures, &pulumirpc.CheckFailure{Property: path, Reason: fmt.Sprintf(
			"%s has no input %q here: this plugin was built from an upstream provider that lacks it. "+
				"Leave it out, or use the official plugin %s %s", what, path, s.plugin.Name, s.info.Version)})
	}
	return failures, nil
}

func (s *server) unmapped(kind, token string) error {
	hint := ""
	if strings.HasPrefix(token, "docker:index/image:") || strings.HasPrefix(token, "docker-build:") {
		hint = ". Build images with the docker command instead, and refer to them by digest"
	}
	return status.Errorf(codes.InvalidArgument, "%s %s is not in this %s plugin: it was built from an upstream "+
		"provider that lacks it. Only the official plugin %s %s has it%s",
		kind, token, s.plugin.Name, s.plugin.Name, s.info.Version, hint)
}
