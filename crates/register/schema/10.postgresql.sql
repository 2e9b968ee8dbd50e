DROP INDEX "ledger_entry_by_kind";
CREATE INDEX "ledger_entry_by_kind_in_order" ON "ledger_entry" ("organisation", "kind", "recorded_at", "idx");
