-- What a source gets its short-lived tokens with (OAuth 2.0 client credentials).
CREATE TABLE oauth_clients (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  source_id uuid NOT NULL REFERENCES sources (id),
  secret_hash bytea NOT NULL,
  previous_hash bytea,
  previous_until timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  last_used_at timestamptz(3)
);
CREATE UNIQUE INDEX oauth_clients_name ON oauth_clients (source_id, name) WHERE revoked_at IS NULL;

-- The client that a token was given to: such a token is not listed, and deleted once it has expired.
ALTER TABLE tokens ADD COLUMN client_id uuid REFERENCES oauth_clients (id);
CREATE INDEX tokens_given ON tokens (expires_at) WHERE client_id IS NOT NULL;

-- When somebody was last told that the source's last credential ends.
ALTER TABLE sources ADD COLUMN expiry_told_at timestamptz(3);
