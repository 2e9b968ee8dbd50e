CREATE TABLE "sent_request" ( "organisation" varchar COLLATE "C" NOT NULL, "holder" varchar COLLATE "C" NOT NULL, "key" varchar COLLATE "C" NOT NULL, "digest" varchar COLLATE "C" NOT NULL, "at" varchar COLLATE "C" NOT NULL, CONSTRAINT "pk-sent_request" PRIMARY KEY ("organisation", "holder", "key") );
ALTER TABLE "sent_request" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "apart" ON "sent_request" USING ("organisation" = current_setting('annex.organisation', true));
CREATE INDEX "sent_request_by_time" ON "sent_request" ("organisation", "at");
