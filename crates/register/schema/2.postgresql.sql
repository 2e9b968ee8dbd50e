CREATE TABLE "account" ( "organisation" varchar COLLATE "C" NOT NULL, "person" varchar COLLATE "C" NOT NULL, "password" varchar COLLATE "C" NOT NULL, "failures" integer NOT NULL, "locked_until" varchar COLLATE "C", CONSTRAINT "pk-account" PRIMARY KEY ("organisation", "person") );
ALTER TABLE "account" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "apart" ON "account" USING ("organisation" = current_setting('annex.organisation', true));
CREATE TABLE "session" ( "organisation" varchar COLLATE "C" NOT NULL, "token" bytea NOT NULL, "person" varchar COLLATE "C" NOT NULL, "began_at" varchar COLLATE "C" NOT NULL, "ends_at" varchar COLLATE "C" NOT NULL, CONSTRAINT "pk-session" PRIMARY KEY ("organisation", "token") );
ALTER TABLE "session" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "apart" ON "session" USING ("organisation" = current_setting('annex.organisation', true));
