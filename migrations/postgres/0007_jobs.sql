-- Whose a job is, and its place in the line of those that wait for their first start: people take
-- turns. 0 stands for a job that had its turn; it rests until run_at or is being worked on.
ALTER TABLE jobs ADD COLUMN user_id TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;
-- What a job was handed back to wait for, such as a place at a provider.
ALTER TABLE jobs ADD COLUMN held_for TEXT;
UPDATE jobs SET user_id = (SELECT g.user_id FROM generations g WHERE g.id = jobs.generation_id);
CREATE INDEX jobs_by_turn ON jobs (turn, run_at, generation_id);
CREATE INDEX jobs_by_user ON jobs (user_id, turn);
CREATE INDEX jobs_by_hold ON jobs (held_for, run_at, generation_id);

-- How far a generation had come at its provider when it ended without anybody knowing how: what a
-- later look goes on from.
ALTER TABLE generations ADD COLUMN progress TEXT;
