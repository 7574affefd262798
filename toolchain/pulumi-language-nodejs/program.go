package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

// host answers the engine. What it leaves unimplemented (GetRequiredPackages, RuntimeOptionsPrompts, Template,
// Handshake, Cancel, code generation), the engine does without or replaces with one of the calls below.
type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	engine       string
	mutex        sync.Mutex
	programHosts map[string]pulumirpc.LanguageRuntimeClient // by their flags
}

func (h *host) Run(ctx context.Context, r *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	program, err := h.program(r.Info)
	if err != nil {
		return nil, err
	}
	return program.Run(ctx, r)
}

func (h *host) GetRequiredPlugins(
	ctx context.Context, r *pulumirpc.GetRequiredPluginsRequest,
) (*pulumirpc.GetRequiredPluginsResponse, error) {
	program, err := h.program(r.Info)
	if err != nil {
		return nil, err
	}
	return program.GetRequiredPlugins(ctx, r)
}

func (h *host) GetProgramDependencies(
	ctx context.Context, r *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	program, err := h.program(r.Info)
	if err != nil {
		return nil, err
	}
	// The older host knows only these fields, which the engine no longer fills.
	r.Pwd, r.Program = r.Info.GetProgramDirectory(), r.Info.GetEntryPoint()
	return program.GetProgramDependencies(ctx, r)
}

func (h *host) About(ctx context.Context, r *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	program, err := h.program(r.Info)
	if err != nil {
		return nil, err
	}
	return program.About(ctx, r)
}

func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version.Version}, nil
}

func (h *host) InstallDependencies(
	r *pulumirpc.InstallDependenciesRequest, engine pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	program, err := h.program(r.Info)
	if err != nil {
		return err
	}
	output, err := program.InstallDependencies(engine.Context(), r)
	for err == nil {
		var chunk *pulumirpc.InstallDependenciesResponse
		if chunk, err = output.Recv(); err == nil {
			err = engine.Send(chunk)
		}
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// program is the host that runs programs with the runtime options of info, started when first asked for: it takes
// as flags what the engine sends with each call. It ends by itself when the engine has gone.
func (h *host) program(info *pulumirpc.ProgramInfo) (pulumirpc.LanguageRuntimeClient, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	flags := []string{}
	options := info.GetOptions().AsMap()
	for _, name := range []string{"typescript", "tsconfig", "nodeargs"} {
		if value, ok := options[name]; ok {
			flags = append(flags, fmt.Sprintf("-%s=%v", name, value))
		}
	}
	key := strings.Join(flags, "\n")
	if running, ok := h.programHosts[key]; ok {
		return running, nil
	}
	started, err := startProgramHost(append(flags, h.engine))
	if err == nil {
		h.programHosts[key] = started
	}
	return started, err
}

func startProgramHost(args []string) (pulumirpc.LanguageRuntimeClient, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	process := exec.Command(filepath.Join(filepath.Dir(self), "pulumi-language-nodejs-program"), args...)
	process.Stderr = os.Stderr
	stdout, err := process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := process.Start(); err != nil {
		return nil, err
	}
	output := bufio.NewReader(stdout)
	port, err := output.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the program host did not start: %w", err)
	}
	go io.Copy(os.Stdout, output) //nolint:errcheck // what it prints is for a reader only
	connection, err := grpc.NewClient("127.0.0.1:"+strings.TrimSpace(port),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(400<<20), grpc.MaxCallSendMsgSize(400<<20)))
	if err != nil {
		return nil, err
	}
	return pulumirpc.NewLanguageRuntimeClient(connection), nil
}
