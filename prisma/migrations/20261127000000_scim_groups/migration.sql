-- Whose members get keys, by displayName or externalId; empty: everybody whom this source says is active.
ALTER TABLE sources ADD COLUMN entitled_groups text[] NOT NULL DEFAULT '{}';

-- Whether this group is one of those; known when it is written, since nobody else changes either.
ALTER TABLE scim_resources ADD COLUMN entitled boolean NOT NULL DEFAULT false;

-- A membership is a row, so that one of fifty thousand comes and goes without the others.
CREATE TABLE scim_members (
  source_id uuid NOT NULL,
  group_id uuid NOT NULL,
  member_id uuid NOT NULL,
  display text,
  PRIMARY KEY (source_id, group_id, member_id),
  FOREIGN KEY (source_id, group_id) REFERENCES scim_resources (source_id, id) ON DELETE CASCADE,
  FOREIGN KEY (source_id, member_id) REFERENCES scim_resources (source_id, id) ON DELETE CASCADE
);
CREATE INDEX scim_members_member ON scim_members (source_id, member_id);

-- Whose memberships of entitled groups changed and are yet to be decided upon: committed with the change itself.
CREATE TABLE membership_news (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id uuid NOT NULL,
  member_id uuid NOT NULL,
  group_name text NOT NULL,
  notice_id uuid NOT NULL,
  joined boolean NOT NULL,
  at timestamptz(3) NOT NULL
);
-- Those of one notice, oldest first, as they are worked off right after its commit.
CREATE INDEX membership_news_notice ON membership_news (notice_id, id);
