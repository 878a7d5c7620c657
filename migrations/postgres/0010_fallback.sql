-- What was made ready, when a generation was asked for, for the case that its provider fails: who takes
-- over, on which failures, for which price. JSON; null where nobody does, or somebody has.
ALTER TABLE generations ADD COLUMN fallback TEXT;
