storage "file" {
  path = "/vault/file"
}
listener "tcp" {
  address       = "0.0.0.0:8200"
  tls_cert_file = "/run/secrets/vault_certificate"
  tls_key_file  = "/run/secrets/vault_key"
}
