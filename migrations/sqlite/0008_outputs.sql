-- The small picture that is shown in lists, and since when the files of an output are kept no longer.
-- A file may be named by many rows; it goes when no row that is kept names it.
ALTER TABLE outputs ADD COLUMN thumbnail TEXT;
ALTER TABLE outputs ADD COLUMN removed_at BIGINT;
CREATE INDEX outputs_by_file ON outputs (file);
CREATE INDEX outputs_by_thumbnail ON outputs (thumbnail) WHERE thumbnail IS NOT NULL;
CREATE INDEX outputs_by_age ON outputs (created_at) WHERE removed_at IS NULL;
CREATE INDEX outputs_by_creation ON outputs (created_at);
