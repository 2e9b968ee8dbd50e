CREATE TABLE "comment" ( "organisation" varchar COLLATE "C" NOT NULL, "id" varchar COLLATE "C" NOT NULL, "about_kind" varchar COLLATE "C" NOT NULL, "about_key" varchar COLLATE "C" NOT NULL, "by" varchar COLLATE "C" NOT NULL, "at" varchar COLLATE "C" NOT NULL, "entry_index" bigint NOT NULL, CONSTRAINT "pk-comment" PRIMARY KEY ("organisation", "id"), CONSTRAINT "fk-comment-organisation-entry_index" FOREIGN KEY ("organisation", "entry_index") REFERENCES "ledger_entry" ("organisation", "idx") );
ALTER TABLE "comment" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "apart" ON "comment" USING ("organisation" = current_setting('annex.organisation', true));
CREATE INDEX "comment_by_about" ON "comment" ("organisation", "about_kind", "about_key", "at");
