-- Names sort by the numbers of their characters, whatever collation the database has.
ALTER TABLE scim_resources ALTER COLUMN name_key TYPE text COLLATE "C";

-- Groups in the order of their ids, among many users; "type" is compared with a constant. None of these begins with the
-- source, as the unique index does: see scim_resources_external.
CREATE INDEX scim_resources_groups ON scim_resources (id, source_id) WHERE type = 'Group';

-- For imports of what changed.
CREATE INDEX scim_resources_updated ON scim_resources (updated_at, source_id);

-- An e-mail address is found by the hash of the first one, which costs little to keep, and of any where there are more.
-- The condition in src/inbound/scim/filter-narrow.ts is written with the same expressions.
CREATE INDEX scim_resources_mail ON scim_resources
  (hashtextextended(lower((resource #>> '{emails,0,value}') COLLATE "pg_c_utf8"), 0), source_id);
CREATE INDEX scim_resources_mails ON scim_resources
  USING gin ((lower(jsonb_path_query_array(resource, '$.emails[*].value')::text COLLATE "pg_c_utf8")::jsonb) jsonb_path_ops)
  WITH (fastupdate = off)
  WHERE (resource #> '{emails,1}') IS NOT NULL;
