package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/google/shlex"
	"github.com/pulumi/pulumi/sdk/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// RunPlugin runs a plugin or a policy pack that is a folder, by the @pulumi/pulumi of that folder.
func (h *host) RunPlugin(r *pulumirpc.RunPluginRequest, engine pulumirpc.LanguageRuntime_RunPluginServer) error {
	streams, stdout, stderr, err := rpcutil.MakeRunPluginStreams(engine, false)
	if err != nil {
		return err
	}
	defer streams.Close()
	policyPack := r.Kind == "analyzer"
	cmd, err := command(engine.Context(), r, policyPack)
	if err != nil {
		return err
	}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if policyPack {
		err = runPolicyPack(engine.Context(), cmd)
	} else {
		err = cmd.Run()
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("Program exited with non-zero exit code: %d", exit.ExitCode())
	}
	if err != nil {
		return fmt.Errorf("could not run %s: %w", r.Info.GetProgramDirectory(), err)
	}
	return streams.Close()
}

func command(ctx context.Context, r *pulumirpc.RunPluginRequest, policyPack bool) (*exec.Cmd, error) {
	folder := r.Info.GetProgramDirectory()
	sdk, err := findSDK(folder)
	if err != nil {
		return nil, err
	}
	options := r.Info.GetOptions().AsMap()
	nodeArgs, _ := options["nodeargs"].(string)
	extra, err := shlex.Split(nodeArgs)
	if err != nil {
		return nil, err
	}
	var args []string
	if policyPack {
		args = append([]string{filepath.Join(sdk, "cmd", "run-policy-pack")}, extra...)
		args = append(append(args, r.Args...), folder)
	} else {
		args = append([]string{filepath.Join(sdk, "cmd", "run-plugin")}, extra...)
		args = append(append(args, folder), r.Args...)
	}
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.Dir, cmd.Env = r.Pwd, r.Env
	if policyPack {
		cmd.Dir = folder // PolicyPack reads its package.json from the working directory
	}
	if typescript, ok := options["typescript"].(bool); !ok || typescript {
		cmd.Env = append(cmd.Env, "PULUMI_NODEJS_TYPESCRIPT=true")
	}
	if tsconfig, _ := options["tsconfig"].(string); tsconfig != "" {
		cmd.Env = append(cmd.Env, "PULUMI_NODEJS_TSCONFIG_PATH="+tsconfig)
	}
	return cmd, nil
}

// runPolicyPack hands the stack's configuration to the pack in its environment, where @pulumi/policy expects it: the
// engine sends it in a call, which the SDK's proxy takes until the pack is there.
func runPolicyPack(ctx context.Context, cmd *exec.Cmd) error {
	proxy, stdout, err := sdk.NewPolicyProxy(ctx, cmd.Stdout)
	if err != nil {
		return err
	}
	stack, err := proxy.AwaitConfiguration(ctx)
	if err != nil {
		return err
	}
	if stack != nil {
		config, err := json.Marshal(stack.Config)
		if err != nil {
			return err
		}
		cmd.Env = append(cmd.Env,
			"PULUMI_NODEJS_ORGANIZATION="+stack.Organization,
			"PULUMI_NODEJS_PROJECT="+stack.Project,
			"PULUMI_NODEJS_STACK="+stack.Stack,
			"PULUMI_NODEJS_DRY_RUN="+strconv.FormatBool(stack.DryRun),
			"PULUMI_CONFIG="+string(config))
	}
	cmd.Stdout = struct{ io.Writer }{stdout}
	if err := cmd.Start(); err != nil {
		return err
	}
	return proxy.Attach(ctx, cmd)
}

// findSDK walks up from folder to the nearest node_modules/@pulumi/pulumi, as Node.js resolves it.
func findSDK(folder string) (string, error) {
	for at := folder; ; at = filepath.Dir(at) {
		sdk := filepath.Join(at, "node_modules", "@pulumi", "pulumi")
		if _, err := os.Stat(sdk); err == nil {
			return sdk, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("@pulumi/pulumi is not installed in or above %s: run npm ci", folder)
		}
	}
}
