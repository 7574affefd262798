// A Vault server for machines that can pull none: Vault's `minimal` build, which leaves out the cloud vendors'
// plugins and most storage backends and builds in a fifth of the time, with the file storage added to it.
package main

import (
	"os"

	"github.com/hashicorp/cli"
	"github.com/hashicorp/vault/audit"
	"github.com/hashicorp/vault/builtin/logical/database"
	"github.com/hashicorp/vault/builtin/plugin"
	"github.com/hashicorp/vault/command"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical"
	"github.com/hashicorp/vault/sdk/physical/file"
	"github.com/hashicorp/vault/sdk/physical/inmem"

	kv "github.com/hashicorp/vault-plugin-secrets-kv"
)

func main() {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "server" {
		os.Exit(server().Run(args[1:]))
	}
	os.Exit(command.Run(args))
}

// server is Vault's own command with its own handlers, and file storage among them.
func server() *command.ServerCommand {
	return &command.ServerCommand{
		BaseCommand: &command.BaseCommand{UI: &cli.BasicUi{Reader: os.Stdin, Writer: os.Stdout}},
		AuditBackends: map[string]audit.Factory{
			"file":   audit.NewFileBackend,
			"socket": audit.NewSocketBackend,
			"syslog": audit.NewSyslogBackend,
		},
		CredentialBackends: map[string]logical.Factory{"plugin": plugin.Factory},
		LogicalBackends: map[string]logical.Factory{
			"plugin":   plugin.Factory,
			"database": database.Factory,
			"kv":       kv.Factory,
		},
		PhysicalBackends: map[string]physical.Factory{
			"file":  file.NewFileBackend,
			"inmem": inmem.NewInmem,
		},
		ShutdownCh: command.MakeShutdownCh(),
		SighupCh:   command.MakeSighupCh(),
		SigUSR2Ch:  command.MakeSigUSR2Ch(),
	}
}
