-- Whose a job is and at which door of a provider it knocks. waits: 1 in line for its first start,
-- 2 held under a name until somebody wakes it, 0 due at run_at or being worked on. Those that wait
-- have a turn: people take turns, by the lowest.
ALTER TABLE jobs ADD COLUMN user_id TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN lane TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN waits BIGINT NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN held_for TEXT;
UPDATE jobs SET user_id = (SELECT g.user_id FROM generations g WHERE g.id = jobs.generation_id);
CREATE INDEX jobs_due ON jobs (waits, run_at, generation_id);
CREATE INDEX jobs_in_line ON jobs (waits, turn, generation_id);
CREATE INDEX jobs_by_lane ON jobs (lane, waits, turn);
CREATE INDEX jobs_held ON jobs (held_for, turn, generation_id);
CREATE INDEX jobs_waiting ON jobs (turn) WHERE waits > 0;
CREATE INDEX jobs_waiting_by_user ON jobs (user_id, turn) WHERE waits > 0;

-- How far a generation had come at its provider when it ended without anybody knowing how: what a
-- later look goes on from.
ALTER TABLE generations ADD COLUMN progress TEXT;
