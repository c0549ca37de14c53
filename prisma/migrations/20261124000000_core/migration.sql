CREATE TABLE sources (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  kind text NOT NULL,
  domains text[] NOT NULL DEFAULT '{}',
  observed boolean NOT NULL DEFAULT false,
  presence_only boolean NOT NULL DEFAULT false,
  secret text,
  previous_secret text,
  previous_until timestamptz(3),
  secret_generation integer NOT NULL DEFAULT 0,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  removed_at timestamptz(3),
  last_notice_at timestamptz(3)
);
-- A removed source keeps its rows; its name is free again.
CREATE UNIQUE INDEX sources_name ON sources (name) WHERE removed_at IS NULL;

-- The built-in source by which operators speak: it can say that somebody is gone, and gives nobody a key.
INSERT INTO sources (id, name, kind, presence_only) VALUES ('00000000-0000-7000-8000-000000000001', 'operator', 'operator', true);

CREATE TABLE tokens (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  source_id uuid REFERENCES sources (id),
  hash bytea NOT NULL UNIQUE,
  scopes text[] NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  last_used_at timestamptz(3)
);

CREATE TABLE people (
  id uuid PRIMARY KEY,
  name text,
  mail text,
  merged_into uuid,
  contested_at timestamptz(3),
  exposed_at timestamptz(3)[] NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE links (
  kind text NOT NULL,
  value text NOT NULL,
  person_id uuid NOT NULL,
  claimed_at timestamptz(3) NOT NULL,
  PRIMARY KEY (kind, value)
);
CREATE INDEX links_person ON links (person_id);

CREATE TABLE standings (
  source_id uuid NOT NULL,
  record text NOT NULL,
  person_id uuid NOT NULL,
  standing text CHECK (standing IN ('active', 'gone')),
  standing_at timestamptz(3),
  sequence bigint NOT NULL DEFAULT 0,
  facts jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (source_id, record)
);
CREATE INDEX standings_person ON standings (person_id);

CREATE TABLE notices (
  id uuid PRIMARY KEY,
  source_id uuid NOT NULL,
  key text,
  by_hash boolean NOT NULL,
  body jsonb,
  received_at timestamptz(3) NOT NULL DEFAULT now()
);
-- A SCIM request has no key: it is known by the difference it makes.
CREATE UNIQUE INDEX notices_key ON notices (source_id, key) WHERE key IS NOT NULL;

CREATE TABLE events (
  id uuid PRIMARY KEY,
  notice_id uuid NOT NULL,
  source_id uuid NOT NULL,
  person_id uuid,
  type text,
  outcome text NOT NULL,
  reason text,
  record text,
  subject text NOT NULL,
  occurred_at timestamptz(3) NOT NULL,
  received_at timestamptz(3) NOT NULL
);
CREATE INDEX events_person ON events (person_id, id);

CREATE TABLE zoom_users (
  id text PRIMARY KEY,
  person_id uuid,
  mail text,
  standing text NOT NULL DEFAULT 'unknown' CHECK (standing IN ('unknown', 'active', 'pending', 'inactive', 'gone')),
  standing_at timestamptz(3),
  generation integer NOT NULL DEFAULT 0,
  renew_after timestamptz(3),
  lease_token uuid,
  lease_until timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX zoom_users_person ON zoom_users (person_id);
CREATE INDEX zoom_users_mail ON zoom_users (mail);

CREATE TABLE host_keys (
  zoom_user_id text NOT NULL REFERENCES zoom_users (id),
  generation integer NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'active', 'previous', 'clearing', 'destroyed')),
  sealed text,
  hash text,
  drawn_at timestamptz(3) NOT NULL,
  set_at timestamptz(3),
  replaced_at timestamptz(3),
  destroyed_at timestamptz(3),
  PRIMARY KEY (zoom_user_id, generation),
  CHECK (state <> 'destroyed' OR sealed IS NULL)
);
CREATE INDEX host_keys_previous ON host_keys (replaced_at) WHERE state = 'previous';

CREATE TABLE jobs (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL,
  zoom_user_id text,
  action text NOT NULL CHECK (action IN ('set', 'clear', 'look')),
  state text NOT NULL CHECK (state IN ('queued', 'running', 'retrying', 'waiting', 'braked', 'done', 'superseded', 'cancelled', 'failed')),
  code text,
  reason text NOT NULL,
  priority smallint NOT NULL,
  source_id uuid,
  event_id uuid,
  attempts integer NOT NULL DEFAULT 0,
  strikes integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz(3) NOT NULL,
  told_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  finished_at timestamptz(3)
);
-- One writer per Zoom user, and one waiting set per person (promise 7).
CREATE UNIQUE INDEX jobs_one_write ON jobs (zoom_user_id)
  WHERE zoom_user_id IS NOT NULL AND action IN ('set', 'clear') AND finished_at IS NULL;
CREATE UNIQUE INDEX jobs_one_waiting_set ON jobs (person_id)
  WHERE zoom_user_id IS NULL AND action = 'set' AND finished_at IS NULL;
CREATE INDEX jobs_due ON jobs (priority, next_attempt_at)
  WHERE finished_at IS NULL AND state IN ('queued', 'retrying', 'waiting');
-- The states that people ask for and few jobs are in.
CREATE INDEX jobs_state ON jobs (state, id) WHERE state IN ('failed', 'waiting', 'braked', 'running');
CREATE INDEX jobs_person ON jobs (person_id, id);

CREATE TABLE attempts (
  job_id uuid NOT NULL REFERENCES jobs (id),
  number integer NOT NULL,
  zoom_user_id text,
  generation integer,
  value_hash text,
  lease_token uuid NOT NULL,
  started_at timestamptz(3) NOT NULL,
  lease_until timestamptz(3) NOT NULL,
  answered_at timestamptz(3),
  settled_at timestamptz(3),
  ended_at timestamptz(3),
  outcome text,
  code text,
  status integer,
  tracking_id text,
  PRIMARY KEY (job_id, number)
);
CREATE INDEX attempts_zoom_user ON attempts (zoom_user_id, started_at) WHERE value_hash IS NOT NULL;
-- What may still arrive in Zoom, or has: each asks for a re-send (promise 7).
CREATE INDEX attempts_open ON attempts (zoom_user_id)
  WHERE value_hash IS NOT NULL AND answered_at IS NULL AND settled_at IS NULL;
CREATE INDEX attempts_running ON attempts (lease_until) WHERE ended_at IS NULL;

CREATE TABLE audit (
  id uuid PRIMARY KEY,
  at timestamptz(3) NOT NULL DEFAULT now(),
  actor text NOT NULL,
  action text NOT NULL,
  person_id uuid,
  subject text,
  detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_person ON audit (person_id, id);

CREATE TABLE scim_resources (
  source_id uuid NOT NULL,
  id uuid NOT NULL,
  type text NOT NULL,
  name_key text NOT NULL,
  external_id text,
  active boolean NOT NULL,
  resource jsonb NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  PRIMARY KEY (source_id, id),
  UNIQUE (source_id, type, name_key)
);
-- Begins with what it finds: on a young table without statistics an index that begins like the unique one is taken for it.
CREATE INDEX scim_resources_external ON scim_resources (external_id, source_id);

CREATE TABLE zoom_tokens (
  account text PRIMARY KEY,
  sealed text NOT NULL,
  generation integer NOT NULL,
  scopes text[] NOT NULL,
  expires_at timestamptz(3) NOT NULL
);

CREATE TABLE call_budget (
  label text PRIMARY KEY,
  next_slot timestamptz,
  paused_until timestamptz(3),
  reduced_until timestamptz(3)
);

CREATE TABLE pauses (
  call text NOT NULL CHECK (call IN ('find', 'write')),
  code text NOT NULL,
  since timestamptz(3) NOT NULL,
  next_probe_at timestamptz(3) NOT NULL,
  PRIMARY KEY (call, code)
);
