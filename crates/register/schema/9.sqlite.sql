DROP INDEX "request_by_due";
DROP INDEX "gap_by_due";
CREATE INDEX "request_by_day" ON "request" ("organisation", "due", "entry_index");
CREATE INDEX "request_by_subject" ON "request" ("organisation", "subject_kind", "subject_id");
CREATE INDEX "gap_by_day" ON "gap" ("organisation", "due", "entry_index");
CREATE INDEX "risk_by_threat" ON "risk" ("organisation", "threat", "entry_index");
CREATE INDEX "risk_by_system" ON "risk" ("organisation", "system");
CREATE INDEX "ai_system_by_name" ON "ai_system" ("organisation", "name", "entry_index");
