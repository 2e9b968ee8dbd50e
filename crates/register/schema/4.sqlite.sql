CREATE TABLE "sign_in" ( "organisation" varchar NOT NULL, "id" varbinary_blob NOT NULL, "person" varchar NOT NULL, "at" varchar NOT NULL, "outcome" varchar NOT NULL, "means" varchar NOT NULL, "address" varchar, CONSTRAINT "pk-sign_in" PRIMARY KEY ("organisation", "id") );
CREATE TABLE "second_factor" ( "organisation" varchar NOT NULL, "person" varchar NOT NULL, "secret" varbinary_blob NOT NULL, "confirmed" boolean NOT NULL, "step" integer NOT NULL, CONSTRAINT "pk-second_factor" PRIMARY KEY ("organisation", "person") );
CREATE TABLE "recovery_code" ( "organisation" varchar NOT NULL, "person" varchar NOT NULL, "digest" varbinary_blob NOT NULL, CONSTRAINT "pk-recovery_code" PRIMARY KEY ("organisation", "person", "digest") );
CREATE INDEX "sign_in_by_time" ON "sign_in" ("organisation", "at");
CREATE INDEX "sign_in_by_person" ON "sign_in" ("organisation", "person", "at");
