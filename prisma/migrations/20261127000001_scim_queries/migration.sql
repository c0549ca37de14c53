-- A text without its case: each character's simple lower-case mapping, by the collation that says so, or the next best of
-- an older PostgreSQL. Simple enough to be put in the place of its calls.
DO $$
DECLARE
  best text := (SELECT collname FROM pg_collation WHERE collname IN ('pg_c_utf8', 'C.utf8', 'C')
    AND collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))
    ORDER BY array_position(ARRAY['pg_c_utf8', 'C.utf8', 'C'], collname::text) LIMIT 1);
BEGIN
  EXECUTE format('CREATE FUNCTION fold_case(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS %L',
    format('SELECT lower($1 COLLATE %I)', best));
END $$;

-- Whether a text can be read as an instant. Before PostgreSQL 16 that takes trying.
DO $$
BEGIN
  IF current_setting('server_version_num')::int >= 160000 THEN
    CREATE FUNCTION is_instant(text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
      AS 'SELECT pg_input_is_valid($1, ''timestamptz'')';
  ELSE
    CREATE FUNCTION is_instant(text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE
      AS 'BEGIN PERFORM $1::timestamptz; RETURN true; EXCEPTION WHEN others THEN RETURN false; END';
  END IF;
END $$;

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
  (hashtextextended(fold_case(resource #>> '{emails,0,value}'), 0), source_id);
CREATE INDEX scim_resources_mails ON scim_resources
  USING gin ((fold_case(jsonb_path_query_array(resource, '$.emails[*].value')::text)::jsonb) jsonb_path_ops)
  WITH (fastupdate = off)
  WHERE (resource #> '{emails,1}') IS NOT NULL;
