-- When a go-live began that is not ended yet: said again, it goes on.
ALTER TABLE sources ADD COLUMN going_live_at timestamptz(3);

-- What passed of each source's clears and rotations: [{"at" (ms), "count"}]; the nil id is our own.
CREATE TABLE brakes (
  source_id uuid PRIMARY KEY,
  spent jsonb NOT NULL DEFAULT '[]',
  people integer NOT NULL DEFAULT 0,
  counted_at timestamptz(3)
);

ALTER TABLE people
  ADD COLUMN transferred_at timestamptz(3),
  ADD COLUMN transfer_asked timestamptz(3),
  ADD COLUMN cancelled_at timestamptz(3);
-- Few people are transferred twice within the hour.
CREATE INDEX people_transfer_due ON people (transferred_at) WHERE transfer_asked IS NOT NULL;

-- When somebody was last told that it goes on: at first, and then daily.
ALTER TABLE jobs ADD COLUMN alerted_at timestamptz(3);

-- Whose calls were answered in a way that would fail for everybody; lifted_at: when somebody else's went through.
DROP TABLE pauses;
CREATE TABLE pauses (
  call text NOT NULL CHECK (call IN ('find', 'write')),
  code text NOT NULL,
  person_id uuid NOT NULL,
  since timestamptz(3) NOT NULL,
  next_probe_at timestamptz(3) NOT NULL,
  next_retry_at timestamptz(3) NOT NULL,
  lifted_at timestamptz(3),
  PRIMARY KEY (call, code, person_id)
);
