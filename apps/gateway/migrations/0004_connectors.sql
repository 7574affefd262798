-- Plain http is for upstreams in development: the gateway must be told to accept it at all.
ALTER TABLE apexmcp.connectors ADD COLUMN allow_http boolean NOT NULL DEFAULT false;
-- Whether the broker keeps a credential for it.
ALTER TABLE apexmcp.connectors ADD COLUMN has_credential boolean NOT NULL DEFAULT false;
