// The Node.js language host of the Pulumi engine. The official one is no Go module of its own since v3.65: that
// version, built as pulumi-language-nodejs-program, still runs programs; plugins and policy packs, which it can't
// run, are run here.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

func main() {
	flag.String("tracing", "", "accepted, as the engine may pass it")
	flag.Parse()
	engine := flag.Arg(0)

	ctx, cancel := context.WithCancel(context.Background())
	if engine != "" {
		if err := rpcutil.Healthcheck(ctx, engine, 5*time.Minute, cancel); err != nil {
			cmdutil.Exit(err)
		}
	}
	stop := make(chan bool)
	context.AfterFunc(ctx, func() { close(stop) })

	host := &host{engine: engine, programHosts: map[string]pulumirpc.LanguageRuntimeClient{}}
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, host)
			return nil
		},
	})
	if err != nil {
		cmdutil.Exit(err)
	}
	fmt.Fprintln(os.Stdout, handle.Port)
	if err := <-handle.Done; err != nil {
		cmdutil.Exit(err)
	}
}
