-- Users come with tokens of the identity provider, which names their organisation by an id of its own.
ALTER TABLE apexmcp.organisations ADD COLUMN identity_organisation text UNIQUE
  CHECK (char_length(identity_organisation) BETWEEN 1 AND 150);
